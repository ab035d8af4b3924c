import { createPrivateKey } from 'node:crypto';
import type { OrganizationId } from '#contract/ids.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { encodeVerifierKey, generateNoteSigner, noteSigner, type NoteSigner } from '#protocols/tlog/index.ts';
import { insertSigningKey, selectSigningKey } from './tree-store.ts';
import { originOf } from './origin.ts';

const privateKeyPurpose = 'audit.signing-key.private';

export interface SigningKeys {
  /** The key that signs this organisation's log, made on first use. */
  of(tx: Tx, organizationId: OrganizationId): Promise<NoteSigner>;
}

export function createSigningKeys({ keyring, clock }: { keyring: Keyring; clock: Clock }): SigningKeys {
  // Only keys that were read back: one that was just made may yet be rolled back.
  const known = new Map<OrganizationId, NoteSigner>();

  async function unseal(organizationId: OrganizationId, sealed: Buffer): Promise<NoteSigner> {
    const der = await keyring.open(organizationId, privateKeyPurpose, sealed);
    return noteSigner(originOf(organizationId), createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  }

  /** Answers the sealed key that counts: of two servers that make one, the first to commit. */
  async function make(tx: Tx, organizationId: OrganizationId): Promise<Buffer> {
    const signer = generateNoteSigner(originOf(organizationId));
    const der = signer.privateKey.export({ format: 'der', type: 'pkcs8' });
    const sealedPrivateKey = await keyring.seal(organizationId, privateKeyPurpose, der);
    await insertSigningKey(tx, organizationId, {
      verifierKey: encodeVerifierKey(signer),
      sealedPrivateKey,
      createdAt: clock.now(),
    });
    return (await selectSigningKey(tx, organizationId)) ?? sealedPrivateKey;
  }

  return {
    async of(tx, organizationId) {
      const kept = known.get(organizationId);
      if (kept !== undefined) return kept;
      const stored = await selectSigningKey(tx, organizationId);
      const signer = await unseal(organizationId, stored ?? (await make(tx, organizationId)));
      if (stored !== undefined) known.set(organizationId, signer);
      return signer;
    },
  };
}
