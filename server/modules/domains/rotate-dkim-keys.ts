import type { DomainId, OrganizationId } from '#contract/ids.ts';
import type { Doer } from '#modules/audit/index.ts';
import { newId } from '#platform/ids.ts';
import { createSigningKey, exportSigningKey, keyRecordOf } from '#protocols/dkim/index.ts';
import { dkimKeyChanged } from './audit-trail.ts';
import { dkimKeyCan, revokedRecord, type DkimKey, type DkimKeyId } from './dkim-key.ts';
import { insertKey, moveKey, selectKeys } from './dkim-key-store.ts';
import { findDomain } from './domain-store.ts';
import { DomainsError } from './errors.ts';
import type { DomainsPorts } from './ports.ts';

type Ports = Pick<DomainsPorts, 'database' | 'keyring' | 'audit' | 'clock'>;

export interface WhichDomain {
  readonly organizationId: OrganizationId;
  readonly domainId: DomainId;
}

/** How a private key is sealed. */
export const privateKeyPurpose = 'domains.dkim-key';

const kinds = [
  { algorithm: 'rsa-sha256', suffix: 'r' },
  { algorithm: 'ed25519-sha256', suffix: 'e' },
] as const;

/**
 * Makes a new pair of keys, RSA and Ed25519. They sign nothing until their records have been seen; those that sign
 * now go on until then, and their records stay for a week more. A pair that still waits is not made again.
 * Throws DomainsError 'not-found', 'domain-unproven'.
 */
export async function rotateDkimKeys(
  ports: Ports,
  { organizationId, domainId }: WhichDomain,
  by: Doer,
): Promise<void> {
  const { database, keyring, audit, clock } = ports;
  const made = await Promise.all(
    kinds.map(async ({ algorithm, suffix }) => {
      const key = await createSigningKey(algorithm); // no transaction is held meanwhile
      const privateSealed = await keyring.seal(organizationId, privateKeyPurpose, exportSigningKey(key));
      return { algorithm, suffix, privateSealed, record: keyRecordOf(key) };
    }),
  );
  const now = clock.now();
  await database.inTenant(organizationId, async (tx) => {
    const domain = await findDomain(tx, domainId);
    if (domain === undefined) throw notFound();
    if (domain.state !== 'proven')
      throw new DomainsError('domain-unproven', 'Prove the domain first; then its mail can be signed.');
    const keys = await selectKeys(tx, organizationId, domainId);
    const waiting = new Set(
      keys.filter(({ state }) => state === 'waiting').map(({ algorithm }) => algorithm),
    );
    const generation = Math.max(0, ...keys.map(({ selector }) => Number(/\d+/.exec(selector)?.[0] ?? 0))) + 1;
    for (const { algorithm, suffix, privateSealed, record } of made) {
      if (waiting.has(algorithm)) continue;
      const key: DkimKey = {
        organizationId,
        keyId: newId<DkimKeyId>(),
        domainId,
        selector: `carepost${generation}${suffix}`,
        algorithm,
        privateSealed,
        record,
        state: 'waiting',
        forced: false,
        finding: null,
        createdAt: now,
        stateSince: now,
      };
      if (await insertKey(tx, key)) await dkimKeyChanged(audit, tx, by, key, 'created');
    }
  });
}

/** Lets a key sign although its record has not been seen. Throws DomainsError 'not-found'. */
export async function forceDkimKey(
  ports: Ports,
  which: WhichDomain,
  keyId: DkimKeyId,
  by: Doer,
): Promise<void> {
  await changeKey(ports, which, keyId, by, { state: 'signing', event: 'forced', from: dkimKeyCan.force });
}

/** Destroys a private key at once; its record should say so from now on. Throws DomainsError 'not-found'. */
export async function revokeDkimKey(
  ports: Ports,
  which: WhichDomain,
  keyId: DkimKeyId,
  by: Doer,
): Promise<void> {
  await changeKey(ports, which, keyId, by, { state: 'revoked', event: 'revoked', from: dkimKeyCan.revoke });
}

async function changeKey(
  { database, audit, clock }: Ports,
  { organizationId, domainId }: WhichDomain,
  keyId: DkimKeyId,
  by: Doer,
  {
    state,
    event,
    from,
  }: { state: 'signing' | 'revoked'; event: 'forced' | 'revoked'; from: readonly DkimKey['state'][] },
): Promise<void> {
  await database.inTenant(organizationId, async (tx) => {
    const key = (await selectKeys(tx, organizationId, domainId)).find((each) => each.keyId === keyId);
    if (key === undefined || !from.includes(key.state)) throw notFound();
    const finding = state === 'revoked' ? null : key.finding;
    if (!(await moveKey(tx, key, { state, finding, forced: state === 'signing' }, clock.now())))
      throw notFound();
    await dkimKeyChanged(audit, tx, by, key, event);
  });
}

/** What has to be published for a key as it is. */
export function recordToPublish({ state, record }: Pick<DkimKey, 'state' | 'record'>): string {
  return state === 'revoked' ? revokedRecord : record;
}

const notFound = (): DomainsError =>
  new DomainsError('not-found', 'There is no such domain or key, or it is not in a state for that.');
