/**
 * The ids of what this request created, by the client's creation id. RFC 8620 §3.3, §5.3: a later call may
 * write `#creationId` where an id is wanted.
 */
export class CreatedIds {
  readonly #ids: Map<string, string>;

  constructor(given: Readonly<Record<string, string>> = {}) {
    this.#ids = new Map(Object.entries(given));
  }

  /** Remembers a creation; of two with the same creation id the later one counts. */
  add(creationId: string, id: string): void {
    this.#ids.set(creationId, id);
  }

  /** The id itself, or what `#creationId` stands for; undefined if nothing was created under it. */
  resolve(reference: string): string | undefined {
    return reference.startsWith('#') ? this.#ids.get(reference.slice(1)) : reference;
  }

  toRecord(): Record<string, string> {
    return Object.fromEntries(this.#ids);
  }
}
