export { openCheckpoint, signCheckpoint, type Checkpoint } from './checkpoint.ts';
export {
  appendLeaves,
  emptyFrontier,
  packFrontier,
  rootOf,
  unpackFrontier,
  type Frontier,
} from './frontier.ts';
export { hashLeaf } from './merkle-hash.ts';
export {
  decodeVerifierKey,
  encodeVerifierKey,
  generateNoteSigner,
  noteSigner,
  type NoteSigner,
  type NoteVerifier,
} from './note-key.ts';
export { rootOfLeaves } from './proofs.ts';
export { openNote, signNote } from './signed-note.ts';
