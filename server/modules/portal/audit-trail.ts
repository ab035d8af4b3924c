import type { OrganizationId, RecipientId, SessionId } from '#contract/ids.ts';
import type { Audit } from '#modules/audit/index.ts';
import type { Tx } from '#platform/database/database.ts';

interface SessionEvent {
  readonly organizationId: OrganizationId;
  readonly recipientId: RecipientId;
  readonly sessionId: SessionId;
  readonly ip: string;
}

const aboutSession = (
  audit: Pick<Audit, 'record'>,
  tx: Tx,
  kind: string,
  { organizationId, recipientId, sessionId, ip }: SessionEvent,
): Promise<void> =>
  audit.record(tx, {
    organizationId,
    kind,
    actor: { kind: 'recipient', recipientId },
    subject: { type: 'recipient', id: recipientId },
    fields: { sessionId },
    ip,
  });

export const signedIn = (audit: Pick<Audit, 'record'>, tx: Tx, session: SessionEvent): Promise<void> =>
  aboutSession(audit, tx, 'portal.signed-in', session);

export const signedOut = (audit: Pick<Audit, 'record'>, tx: Tx, session: SessionEvent): Promise<void> =>
  aboutSession(audit, tx, 'portal.signed-out', session);
