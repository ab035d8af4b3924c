import type { RecipientId, SessionId } from '#contract/ids.ts';
import {
  maskAddress,
  mintTenantToken,
  readTenantToken,
  stateOf,
  verificationRules,
  type CodeAnswer,
  type Link,
} from '#modules/pickup/index.ts';
import type { RecipientPrincipal } from '#platform/http/principal.ts';
import { newId } from '#platform/ids.ts';
import { signedIn, signedOut } from './audit-trail.ts';
import { PortalError } from './errors.ts';
import type { PortalPorts } from './ports.ts';
import { countRequest } from './request-limit.ts';
import { endOf, isAlive, type PortalSession } from './session.ts';
import { deleteSession, findSession, insertSession, touchSession } from './session-store.ts';

/** A session is noted as seen at most this often. */
const seenEveryMs = 30_000;

/**
 * What a link leads to, or led to before it ran out. Whatever is no link of ours: one answer.
 * Throws PortalError 'not-found', 'too-many-requests'.
 */
export async function findLink(ports: PortalPorts, token: string, ip: string): Promise<Link> {
  await countRequest(ports, 'link', ip);
  const link = await ports.pickup.findByLinkToken(token);
  if (link === undefined) throw leadsNowhere();
  return link;
}

/** The same for what only a living link may do. */
export async function followLink(ports: PortalPorts, token: string, ip: string): Promise<Link> {
  const link = await findLink(ports, token, ip);
  if (link.runOut) throw leadsNowhere();
  return link;
}

const leadsNowhere = (): PortalError =>
  new PortalError(
    'not-found',
    'This link does not work any more. Ask for a new one with your email address.',
  );

/** Whoever holds a link that ran out gets a new one, in the mailbox that it was sent to and nowhere else. */
export async function renewLink(ports: PortalPorts, link: Link, ip: string): Promise<void> {
  const { organizationId, recipientId } = link;
  await countRequest(ports, 'access', ip);
  await countRequest(ports, 'accessFor', `${organizationId} ${recipientId}`);
  await ports.database.inTenant(organizationId, (tx) => ports.pickup.renewLink(tx, link));
}

export interface LinkView {
  readonly organizationName: string;
  readonly maskedAddress: string;
  readonly state: 'waiting' | 'expired' | 'revoked' | 'inbox' | 'run-out';
}

/** Changes nothing: mail scanners follow links too. */
export async function describeLink(
  ports: PortalPorts,
  { organizationId, recipientId, offerId, runOut }: Link,
): Promise<LinkView> {
  return ports.database.inTenant(organizationId, async (tx) => {
    const { settings } = await ports.organizations.get(tx, organizationId);
    const address = await ports.pickup.addressOf(tx, organizationId, recipientId);
    const offer = offerId === null ? undefined : await ports.pickup.findOffer(tx, organizationId, offerId);
    const state = offer === undefined ? 'inbox' : stateOf(offer, ports.clock.now());
    return {
      organizationName: settings.portalName,
      maskedAddress: maskAddress(address ?? ''),
      state: runOut ? 'run-out' : state === 'opened' || state === 'replied' ? 'waiting' : state,
    };
  });
}

/** Mails a code. Throws PortalError 'locked' or 'too-many-requests'. */
export async function sendCode(
  ports: PortalPorts,
  link: Link,
  ip: string,
): Promise<{ resendAfterSeconds: number; expiresInSeconds: number }> {
  await countRequest(ports, 'code', ip);
  const request = await ports.database.inTenant(link.organizationId, (tx) =>
    ports.pickup.startVerification(tx, link),
  );
  if (request.granted)
    return {
      resendAfterSeconds: verificationRules.resendSeconds,
      expiresInSeconds: verificationRules.codeMinutes * 60,
    };
  const { because, retryAfterSeconds: retryAfter } = request;
  if (because === 'locked') throw lockedFor(retryAfter);
  throw new PortalError(
    'too-many-requests',
    'A code was sent a moment ago. Look into your inbox, or ask again a little later.',
    { retryAfter },
  );
}

const lockedFor = (retryAfter: number): PortalError =>
  new PortalError(
    'locked',
    'Too many wrong codes were entered. Nothing is lost: try again in a quarter of an hour.',
    { retryAfter },
  );

const refusals: Record<Exclude<CodeAnswer, 'confirmed'>, () => PortalError> = {
  wrong: () =>
    new PortalError('code-not-right', 'This code is not right. Look at the newest message from us.'),
  expired: () => new PortalError('code-expired', 'This code has run out. Ask for a new one.'),
  locked: () => lockedFor(verificationRules.lockMinutes * 60),
  'wrong-and-locked': () => lockedFor(verificationRules.lockMinutes * 60),
};

/** Opens a session with the right code. Throws PortalError 'code-not-right', 'code-expired', 'locked', 'too-many-requests'. */
export async function signIn(
  ports: PortalPorts,
  link: Link,
  code: string,
  ip: string,
): Promise<{ token: string; session: PortalSession }> {
  await countRequest(ports, 'answer', ip);
  const { organizationId, recipientId } = link;
  const opened = await ports.database.inTenant(organizationId, async (tx) => {
    // A wrong answer is counted: it must be committed, so it is a value here and an error outside.
    const answer = await ports.pickup.confirmCode(tx, link, code, ip);
    if (answer !== 'confirmed') return answer;
    const now = ports.clock.now();
    const { token, digest } = mintTenantToken(organizationId);
    const session: PortalSession = {
      organizationId,
      sessionId: newId<SessionId>(),
      recipientId,
      lastSeenAt: now,
      endsAt: endOf(now),
    };
    await insertSession(tx, { ...session, digest });
    await signedIn(ports.audit, tx, { ...session, ip });
    return { token, session };
  });
  if (typeof opened === 'string') throw refusals[opened]();
  return opened;
}

/** Who calls by portal cookie; undefined when the session has ended. */
export async function authenticate(
  ports: PortalPorts,
  token: string | undefined,
  passive: boolean,
): Promise<RecipientPrincipal | undefined> {
  const read = token === undefined ? undefined : readTenantToken(token);
  if (read === undefined) return undefined;
  return ports.database.inTenant(read.organizationId, async (tx) => {
    const session = await findSession(tx, read.organizationId, read.digest);
    const now = ports.clock.now();
    if (session === undefined || !isAlive(session, now)) return undefined;
    if (!passive && now.getTime() - session.lastSeenAt.getTime() >= seenEveryMs)
      await touchSession(tx, session, now);
    const { organizationId, sessionId: id, recipientId } = session;
    return { kind: 'recipient', organizationId, id, recipientId, actor: { kind: 'recipient', recipientId } };
  });
}

export async function signOut(ports: PortalPorts, principal: RecipientPrincipal, ip: string): Promise<void> {
  const { organizationId } = principal;
  const sessionId = principal.id as SessionId;
  await ports.database.inTenant(organizationId, async (tx) => {
    if (await deleteSession(tx, organizationId, sessionId)) {
      await signedOut(ports.audit, tx, {
        organizationId,
        sessionId,
        recipientId: principal.recipientId as RecipientId,
        ip,
      });
    }
  });
}
