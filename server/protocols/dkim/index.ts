export { BodyHash } from './body-hash.ts';
export { BodyHashes, type BodyClaim } from './body-hashes.ts';
export { parseCanonicalization, type Canonicalization } from './canonicalization.ts';
export { canonicalizeField, canonicalizeOwnField } from './canonicalize-field.ts';
export { createSigningKey, exportSigningKey, importSigningKey, keyRecordOf } from './create-key.ts';
export { parseKeyRecord, readKeyAnswer, type DkimKey, type FoundKey, type KeyProblem } from './key-record.ts';
export type { DkimReason, DkimResult, DkimVerdict } from './result.ts';
export { selectFields } from './select-fields.ts';
export {
  parseMessageSignature,
  parseSignature,
  parseSigner,
  type DkimSignature,
  type MessageSignature,
  type SignatureAlgorithm,
  type SignatureProblem,
  type Signer,
} from './signature.ts';
export { hashBody, mainFields, signMessage, type Signing, type SigningKey } from './sign-message.ts';
export { parseTagList, readBase64, readNumber, splitList, type TagList } from './tag-list.ts';
export { verifyBytes } from './verify-bytes.ts';
export { mostSignatures, verifyMessage, type DkimVerification } from './verify-message.ts';
export {
  bodyClaimOf,
  checkBody,
  checkHeader,
  findKey,
  rawField,
  signedHeader,
  type RawHeader,
} from './verify-signature.ts';
