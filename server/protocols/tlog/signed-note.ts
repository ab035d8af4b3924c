import { sign, verify } from 'node:crypto';
import type { NoteSigner, NoteVerifier } from './note-key.ts';

/** What precedes a signature line: an em dash and a space. C2SP signed-note. */
const signaturePrefix = '— ';
const keyHashBytes = 4;
/** Longer notes are not read. */
const largestNote = 1_000_000;

/**
 * A signed note: the text, an empty line, one signature line. C2SP signed-note.
 * `text` ends with a newline. Throws RangeError when it does not or has control characters.
 */
export function signNote(text: string, { name, keyHash, privateKey }: NoteSigner): string {
  if (!text.endsWith('\n') || hasControlCharacters(text))
    throw new RangeError('The text of a note ends with a newline and has no other control characters');
  const signature = Buffer.alloc(keyHashBytes);
  signature.writeUInt32BE(keyHash);
  return `${text}\n${signaturePrefix}${name} ${Buffer.concat([signature, sign(null, Buffer.from(text), privateKey)]).toString('base64')}\n`;
}

/**
 * The text of the note if `verifier` signed it, else undefined. Signatures of other keys are ignored, as the
 * specification asks; a wrong one of this key is not.
 */
export function openNote(note: string, verifier: NoteVerifier): string | undefined {
  if (note.length > largestNote || !note.endsWith('\n') || hasControlCharacters(note)) return undefined;
  const split = note.lastIndexOf('\n\n');
  if (split < 0) return undefined;
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split('\n');
  let verified = false;
  for (const line of lines) {
    const [, name = '', encoded = ''] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    if (bytes.length <= keyHashBytes || bytes.toString('base64') !== encoded) return undefined;
    if (name !== verifier.name || bytes.readUInt32BE() !== verifier.keyHash) continue;
    if (!verify(null, Buffer.from(text), verifier.publicKey, bytes.subarray(keyHashBytes))) return undefined;
    verified = true;
  }
  return verified ? text : undefined;
}

/** ASCII control characters other than newline. */
function hasControlCharacters(text: string): boolean {
  return /[\u0000-\u0009\u000b-\u001f\u007f]/u.test(text);
}
