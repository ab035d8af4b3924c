import { sql } from 'kysely';
import type { DomainId, ForwardingId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { normalizeAddress } from '#protocols/mime/index.ts';
import type { Forwarding } from './forwarding.ts';
import type { DomainsPorts } from './ports.ts';

type Keyring = DomainsPorts['keyring'];

const purpose = 'domains.forwarding';

type Facts = Pick<Forwarding, 'address' | 'targets'>;

interface Row {
  organization_id: OrganizationId;
  forwarding_id: ForwardingId;
  domain_id: DomainId;
  facts_sealed: Buffer;
  keeps_copy: boolean;
  created_at: Date;
  failures: number;
  last_failed_at: Date | null;
}

const columns = sql.raw(
  'organization_id, forwarding_id, domain_id, facts_sealed, keeps_copy, created_at, failures, last_failed_at',
);

/** By which an address that forwards is found. */
export const forwardingIndex = (
  keyring: Keyring,
  organizationId: OrganizationId,
  address: string,
): Promise<Buffer> => keyring.blindIndex(organizationId, purpose, normalizeAddress(address));

const sealFacts = (keyring: Keyring, { organizationId, address, targets }: Forwarding): Promise<Buffer> =>
  keyring.seal(organizationId, purpose, JSON.stringify({ address, targets } satisfies Facts));

async function opened(keyring: Keyring, row: Row): Promise<Forwarding> {
  const text = await keyring.openText(row.organization_id, purpose, row.facts_sealed);
  return {
    ...(JSON.parse(text) as Facts), // sealed by `sealFacts`
    organizationId: row.organization_id,
    forwardingId: row.forwarding_id,
    domainId: row.domain_id,
    keepsCopy: row.keeps_copy,
    createdAt: row.created_at,
    failures: row.failures,
    lastFailedAt: row.last_failed_at,
  };
}

/** Oldest first, ids being made in the order of time; after the one of id `after`. */
export async function selectForwardings(
  tx: Tx,
  keyring: Keyring,
  organizationId: OrganizationId,
  after: ForwardingId | undefined,
  limit: number,
): Promise<Forwarding[]> {
  const { rows } = await sql<Row>`
    SELECT ${columns} FROM domains.forwarding
    WHERE organization_id = ${organizationId} AND (${after ?? null}::uuid IS NULL OR forwarding_id > ${after ?? null}::uuid)
    ORDER BY forwarding_id LIMIT ${limit}`.execute(tx);
  return Promise.all(rows.map((row) => opened(keyring, row)));
}

export async function findForwarding(
  tx: Tx,
  keyring: Keyring,
  organizationId: OrganizationId,
  forwardingId: ForwardingId,
): Promise<Forwarding | undefined> {
  const { rows } = await sql<Row>`
    SELECT ${columns} FROM domains.forwarding
    WHERE organization_id = ${organizationId} AND forwarding_id = ${forwardingId}`.execute(tx);
  return rows[0] && opened(keyring, rows[0]);
}

export async function findForwardingAt(
  tx: Tx,
  keyring: Keyring,
  organizationId: OrganizationId,
  index: Buffer,
): Promise<Forwarding | undefined> {
  const { rows } = await sql<Row>`
    SELECT ${columns} FROM domains.forwarding
    WHERE organization_id = ${organizationId} AND address_index = ${index}`.execute(tx);
  return rows[0] && opened(keyring, rows[0]);
}

/** Whoever changes one waits for the other: together their roads might be a circle. Held until the transaction ends. */
export async function lockForwardings(tx: Tx, organizationId: OrganizationId): Promise<void> {
  await sql`
    SELECT FROM domains.domain WHERE organization_id = ${organizationId} ORDER BY domain_id FOR UPDATE`.execute(
    tx,
  );
}

export async function insertForwarding(tx: Tx, keyring: Keyring, forwarding: Forwarding): Promise<void> {
  const { organizationId, forwardingId, domainId, address, keepsCopy, createdAt } = forwarding;
  await sql`
    INSERT INTO domains.forwarding (organization_id, forwarding_id, domain_id, address_index, facts_sealed, keeps_copy, created_at)
    VALUES (${organizationId}, ${forwardingId}, ${domainId}, ${await forwardingIndex(keyring, organizationId, address)},
      ${await sealFacts(keyring, forwarding)}, ${keepsCopy}, ${createdAt})`.execute(tx);
}

/** Writes where it goes from now on, and counts failures anew. */
export async function updateForwarding(tx: Tx, keyring: Keyring, forwarding: Forwarding): Promise<void> {
  const { organizationId, forwardingId, keepsCopy } = forwarding;
  await sql`
    UPDATE domains.forwarding SET facts_sealed = ${await sealFacts(keyring, forwarding)}, keeps_copy = ${keepsCopy},
      failures = 0, last_failed_at = NULL
    WHERE organization_id = ${organizationId} AND forwarding_id = ${forwardingId}`.execute(tx);
}

export async function deleteForwarding(
  tx: Tx,
  keyring: Keyring,
  organizationId: OrganizationId,
  forwardingId: ForwardingId,
): Promise<Forwarding | undefined> {
  const { rows } = await sql<Row>`
    DELETE FROM domains.forwarding
    WHERE organization_id = ${organizationId} AND forwarding_id = ${forwardingId} RETURNING ${columns}`.execute(
    tx,
  );
  return rows[0] && opened(keyring, rows[0]);
}

/** Of one that is not there any more nothing is noted. */
export async function countFailure(
  tx: Tx,
  organizationId: OrganizationId,
  forwardingId: ForwardingId,
  now: Date,
): Promise<void> {
  await sql`
    UPDATE domains.forwarding SET failures = failures + 1, last_failed_at = ${now}
    WHERE organization_id = ${organizationId} AND forwarding_id = ${forwardingId}`.execute(tx);
}
