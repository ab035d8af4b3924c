import type { OrganizationId, SessionId, UserId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import { mintToken } from './opaque-token.ts';
import type { IdentityContext } from './ports.ts';
import type { Session } from './session.ts';
import { insertSession } from './session-store.ts';

/** Where a session was started from; shown to its user. */
export interface Client {
  readonly ip: string;
  readonly userAgent: string;
}

export interface StartedSession {
  readonly session: Session;
  /** For the cookie. It is not kept: only its digest is. */
  readonly token: string;
}

const purpose = 'identity.session.client';

/** Always a new token, whatever the browser brought along: a planted one never becomes anybody's session. */
export async function startSession(
  tx: Tx,
  { keyring, clock }: Pick<IdentityContext, 'keyring' | 'clock'>,
  { organizationId, userId }: { organizationId: OrganizationId; userId: UserId },
  client: Client,
): Promise<StartedSession> {
  const now = clock.now();
  const sessionId = newId<SessionId>();
  const { token, digest } = mintToken(sessionId, organizationId);
  const session: Session = {
    organizationId,
    sessionId,
    userId,
    createdAt: now,
    lastSeenAt: now,
    endedAt: null,
  };
  const sealed = await keyring.seal(organizationId, purpose, JSON.stringify(client));
  await insertSession(tx, { ...session, secretDigest: digest, client: sealed });
  return { session, token };
}

export async function openClient(
  { keyring }: Pick<IdentityContext, 'keyring'>,
  organizationId: OrganizationId,
  sealed: Buffer,
): Promise<Client> {
  return JSON.parse(await keyring.openText(organizationId, purpose, sealed)) as Client;
}
