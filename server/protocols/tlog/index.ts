export { openCheckpoint, signCheckpoint, type Checkpoint } from './checkpoint.ts';
export {
  appendLeaves,
  emptyFrontier,
  packFrontier,
  rootOf,
  unpackFrontier,
  type Frontier,
} from './frontier.ts';
export { emptyRoot, hashBytes, hashChildren, hashLeaf } from './merkle-hash.ts';
export {
  decodeVerifierKey,
  encodeVerifierKey,
  generateNoteSigner,
  noteSigner,
  type NoteSigner,
  type NoteVerifier,
} from './note-key.ts';
export {
  consistencyProof,
  inclusionProof,
  rootOfLeaves,
  verifyConsistency,
  verifyInclusion,
} from './proofs.ts';
export { openNote, signNote } from './signed-note.ts';
