/**
 * The base of every module's error class. `code` is from that module's closed list; `detail` is one
 * sentence for the person who can act on it and never contains patient data.
 */
export abstract class CarepostError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, detail: string, options?: { cause?: unknown }) {
    super(detail, options);
    this.code = code;
    this.name = new.target.name;
  }
}
