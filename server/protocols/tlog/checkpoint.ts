import { hashBytes } from './merkle-hash.ts';
import type { NoteSigner, NoteVerifier } from './note-key.ts';
import { openNote, signNote } from './signed-note.ts';

/** The head of a log at one moment. C2SP tlog-checkpoint. */
export interface Checkpoint {
  /** Names the log; here also the name of its key. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** The signed checkpoint: origin, size and root on a line each, signed as a note. */
export function signCheckpoint({ origin, size, root }: Checkpoint, signer: NoteSigner): string {
  return signNote(`${origin}\n${size}\n${root.toString('base64')}\n`, signer);
}

/**
 * The checkpoint if the note is well-formed, of this origin and signed by this key, else undefined.
 * Extension lines after the root are allowed and ignored.
 */
export function openCheckpoint(note: string, origin: string, verifier: NoteVerifier): Checkpoint | undefined {
  const text = openNote(note, verifier);
  if (text === undefined) return undefined;
  const [foundOrigin, size = '', encoded = ''] = text.split('\n');
  const root = Buffer.from(encoded, 'base64');
  if (foundOrigin !== origin || !/^(0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size)))
    return undefined;
  if (root.length !== hashBytes || root.toString('base64') !== encoded) return undefined;
  return { origin, size: Number(size), root };
}
