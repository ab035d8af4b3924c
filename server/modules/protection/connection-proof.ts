import type { ConnectionProof } from '#contract/protection.ts';

const order = ['none', 'encrypted', 'authenticated'] as const satisfies readonly ConnectionProof[];

/** Whether one connection keeps others out less well than another. */
export function isWeaker(one: ConnectionProof, other: ConnectionProof): boolean {
  return order.indexOf(one) < order.indexOf(other);
}

/** The weakest of several; of none, `none`. */
export function weakest(proofs: readonly ConnectionProof[]): ConnectionProof {
  return order.find((proof) => proofs.includes(proof)) ?? 'none';
}
