export { sealMessage, type NotSealed, type Sealed, type SealOptions } from './seal.ts';
export type { ArcSet, ChainStatus } from './sets.ts';
export { verifyChain, type ArcReason, type ArcResult, type ArcVerification } from './verify-chain.ts';
