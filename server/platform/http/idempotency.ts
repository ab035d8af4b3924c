import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import type { Clock } from '../clock/clock.ts';
import type { Database } from '../database/database.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { HttpError } from './http-error.ts';

export interface IdempotentCall {
  readonly organizationId: OrganizationId;
  /** `user:<userId>`, `recipient:<id>`: the same key of two callers is two keys. */
  readonly caller: string;
  readonly key: string;
  /** Method, path and body: the same key for another request is refused. */
  readonly fingerprint: string;
}

export interface StoredAnswer {
  readonly status: number;
  readonly body: string;
}

/** How long a key is remembered. */
const keptHours = 24;
/** A first try still counts as running for this long; after it, a second try runs again under the same creationId. */
const runningSeconds = 60;
const purpose = 'platform.idempotent-request.response';

export interface Idempotency {
  /** The stored answer of an earlier try, or undefined: then run and call `finish` or `forget`. Throws HttpError. */
  begin(call: IdempotentCall): Promise<StoredAnswer | undefined>;
  finish(call: IdempotentCall, answer: StoredAnswer): Promise<void>;
  /** The try failed and stored nothing: the key is free again. */
  forget(call: IdempotentCall): Promise<void>;
  /** Removes keys older than 24 h; answers how many. */
  sweep(): Promise<number>;
}

export function createIdempotency({
  database,
  keyring,
  clock,
}: {
  database: Database;
  keyring: Keyring;
  clock: Clock;
}): Idempotency {
  return {
    async begin({ organizationId, caller, key, fingerprint }) {
      const now = clock.now();
      const stale = new Date(now.getTime() - runningSeconds * 1000);
      const row = await database.inTenant(organizationId, async (tx) => {
        const inserted = await sql`
          INSERT INTO platform.idempotent_request AS r (organization_id, caller, key_digest, request_digest, state, started_at)
          VALUES (${organizationId}, ${caller}, ${sha256(key)}, ${sha256(fingerprint)}, 'running', ${now})
          ON CONFLICT (organization_id, caller, key_digest) DO UPDATE SET started_at = ${now}
            WHERE r.state = 'running' AND r.started_at < ${stale} AND r.request_digest = excluded.request_digest`.execute(
          tx,
        );
        if (inserted.numAffectedRows === 1n) return undefined;
        const { rows } = await sql<{
          request_digest: Buffer;
          state: string;
          status: number | null;
          response: Buffer | null;
        }>`
          SELECT request_digest, state, status, response FROM platform.idempotent_request
          WHERE organization_id = ${organizationId} AND caller = ${caller} AND key_digest = ${sha256(key)}`.execute(
          tx,
        );
        return rows[0];
      });
      if (row === undefined) return undefined;
      if (!row.request_digest.equals(sha256(fingerprint))) {
        throw new HttpError(
          'idempotency-key-reused',
          'This Idempotency-Key was used for a different request. Use a new key for a new request.',
        );
      }
      if (row.status === null || row.response === null) {
        throw new HttpError(
          'request-in-progress',
          'The first request with this Idempotency-Key is still running. Ask again in a moment.',
          { retryAfter: 2 },
        );
      }
      return { status: row.status, body: await keyring.openText(organizationId, purpose, row.response) };
    },
    async finish({ organizationId, caller, key }, { status, body }) {
      const response = await keyring.seal(organizationId, purpose, body);
      await database.inTenant(organizationId, (tx) =>
        sql`UPDATE platform.idempotent_request SET state = 'done', status = ${status}, response = ${response}
            WHERE organization_id = ${organizationId} AND caller = ${caller} AND key_digest = ${sha256(key)}`.execute(
          tx,
        ),
      );
    },
    async forget({ organizationId, caller, key }) {
      await database.inTenant(organizationId, (tx) =>
        sql`DELETE FROM platform.idempotent_request
            WHERE organization_id = ${organizationId} AND caller = ${caller} AND key_digest = ${sha256(key)} AND state = 'running'`.execute(
          tx,
        ),
      );
    },
    async sweep() {
      const before = new Date(clock.now().getTime() - keptHours * 3_600_000);
      const gone = await database.acrossTenants((tx) =>
        sql`DELETE FROM platform.idempotent_request WHERE started_at < ${before}`.execute(tx),
      );
      return Number(gone.numAffectedRows ?? 0n);
    },
  };
}

/** The UUID (version 8, RFC 9562 §5.8) that all tries of one key share. */
export function creationIdOf({
  organizationId,
  caller,
  key,
}: Pick<IdempotentCall, 'organizationId' | 'caller' | 'key'>): string {
  const bytes = sha256(`${organizationId}\0${caller}\0${key}`).subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function sha256(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
