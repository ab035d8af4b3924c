import type { EventBody } from './audit-event.ts';
import type { LeafEntry } from './leaf.ts';

/*
 * An exported log: one canonical JSON object a line. A header, the entries in their order with every signed
 * checkpoint where it fell, and a trailer that is signed over everything before it.
 */

export const exportFormat = 'carepost-audit/1';

export interface HeaderLine {
  readonly type: 'header';
  readonly format: typeof exportFormat;
  readonly origin: string;
  /** C2SP verifier key: whoever has this key from elsewhere need not trust the file. */
  readonly verifierKey: string;
}

export interface EntryLine {
  readonly type: 'entry';
  readonly sequence: number;
  /** null, like salt and body, when the database no longer has the event or cannot open it: such a log does not verify. */
  readonly leaf: LeafEntry | null;
  /** Base64. */
  readonly salt: string | null;
  readonly body: EventBody | null;
  /** Hexadecimal. */
  readonly leafHash: string;
}

export interface CheckpointLine {
  readonly type: 'checkpoint';
  readonly note: string;
}

export interface TrailerLine {
  readonly type: 'trailer';
  /** A signed note over {@link trailerText}. */
  readonly note: string;
}

export type ExportLine = HeaderLine | EntryLine | CheckpointLine | TrailerLine;

export interface Trailer {
  readonly origin: string;
  readonly entries: number;
  readonly checkpoints: number;
  /** Base64. */
  readonly root: string;
  /** SHA-256 of every byte before the trailer's line, base64. */
  readonly digest: string;
  readonly exportedAt: string;
}

/** What the trailer signs: a file that was cut, at whatever line, has no such text. */
export function trailerText({ origin, entries, checkpoints, root, digest, exportedAt }: Trailer): string {
  return `${exportFormat} end\n${origin}\n${entries}\n${checkpoints}\n${root}\n${digest}\n${exportedAt}\n`;
}

/** The reverse; undefined for another text. */
export function parseTrailerText(text: string): Trailer | undefined {
  const [title, origin = '', entries = '', checkpoints = '', root = '', digest = '', exportedAt = ''] =
    text.split('\n');
  const trailer = {
    origin,
    entries: Number(entries),
    checkpoints: Number(checkpoints),
    root,
    digest,
    exportedAt,
  };
  return title === `${exportFormat} end` && trailerText(trailer) === text ? trailer : undefined;
}
