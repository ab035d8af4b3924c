import { setTimeout as delay } from 'node:timers/promises';
import type { OrganizationId, SessionId, UserId } from '#contract/ids.ts';
import type { UserState } from '#contract/identity.ts';
import { addressIndex } from './address.ts';
import { findOwners } from './address-store.ts';
import type { RefusedBecause } from './audit-trail.ts';
import { matchSession } from './authenticate-session.ts';
import { IdentityError } from './errors.ts';
import { decodeToken } from './opaque-token.ts';
import type { IdentityContext } from './ports.ts';
import { markEnded } from './session-store.ts';
import { startSession, type Client, type StartedSession } from './start-session.ts';
import { findPasswordHash, findUser, updatePasswordHash } from './user-store.ts';

export interface SignIn extends Client {
  readonly email: string;
  readonly password: string;
  /** The session cookie that came along; that session ends when the sign-in succeeds. */
  readonly replacing?: string | undefined;
}

const defaultFloorMs = 400;

/**
 * Starts a session. Throws IdentityError 'invalid-credentials' for an unknown address, a wrong password and a
 * disabled user alike, after the same work and no sooner than the same time; 'too-many-requests'; 'sign-in-busy'.
 */
export async function signIn(context: IdentityContext, attempt: SignIn): Promise<StartedSession> {
  const began = performance.now();
  try {
    return await attemptSignIn(context, attempt);
  } catch (error) {
    if (error instanceof IdentityError && error.code === 'invalid-credentials') {
      await delay(Math.max(0, (context.refusalFloorMs ?? defaultFloorMs) - (performance.now() - began)));
    }
    throw error;
  }
}

async function attemptSignIn(context: IdentityContext, attempt: SignIn): Promise<StartedSession> {
  const { limits, passwords } = context;
  const verdict = await limits.take('workspace', attempt.ip, attempt.email);
  const candidate = await findCandidate(context, attempt.email);
  if (!verdict.ok) {
    if (verdict.isFirst) await recordRefusal(context, candidate, 'too-many-tries', attempt.ip);
    throw tooManyTries(verdict.retryAfterSeconds);
  }

  const isRight = await passwords.verify(attempt.password, candidate?.passwordHash);
  const because =
    candidate?.state === 'disabled' && isRight ? 'disabled' : isRight ? undefined : 'wrong-secret';
  const started =
    because === undefined && candidate !== undefined ? await start(context, candidate, attempt) : undefined;
  if (started === undefined) {
    await recordRefusal(context, candidate, because ?? 'wrong-secret', attempt.ip);
    throw new IdentityError(
      'invalid-credentials',
      'The address or the password is not right. Check both and try again.',
    );
  }
  await verdict.giveBack();
  return started;
}

interface Candidate {
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
  readonly state: UserState;
  readonly passwordHash: string | undefined;
}

function findCandidate(
  { database, keyring }: IdentityContext,
  email: string,
): Promise<Candidate | undefined> {
  return database.acrossTenants(async (tx) => {
    const [owner] = await findOwners(tx, [await addressIndex(keyring, email)]);
    return (
      owner && { ...owner, passwordHash: await findPasswordHash(tx, owner.organizationId, owner.userId) }
    );
  });
}

/** Undefined when user or password changed while the password was being verified. */
async function start(
  context: IdentityContext,
  candidate: Candidate,
  attempt: SignIn,
): Promise<StartedSession | undefined> {
  const { database, trail, passwords } = context;
  const { organizationId, userId, passwordHash } = candidate;
  if (passwordHash === undefined) return undefined;
  const fresh = passwords.isOutdated(passwordHash) ? await passwords.hash(attempt.password) : passwordHash;

  const started = await database.inTenant(organizationId, async (tx) => {
    const isUnchanged = await updatePasswordHash(tx, userId, {
      passwordHash: fresh,
      replacing: passwordHash,
    });
    const user = await findUser(tx, userId);
    if (!isUnchanged || user?.state !== 'active') return undefined;
    const session = await startSession(tx, context, candidate, {
      ip: attempt.ip,
      userAgent: attempt.userAgent,
    });
    await trail.signedIn(tx, {
      organizationId,
      userId,
      sessionId: session.session.sessionId,
      ip: attempt.ip,
    });
    return session;
  });
  if (started !== undefined && attempt.replacing !== undefined)
    await endReplaced(context, attempt.replacing, attempt.ip);
  return started;
}

async function endReplaced(
  { database, clock, trail }: IdentityContext,
  token: string,
  ip: string,
): Promise<void> {
  const decoded = decodeToken<SessionId>(token);
  const session = decoded && (await matchSession(database, decoded));
  if (session === undefined) return;
  const { organizationId, sessionId, userId } = session;
  await database.inTenant(organizationId, async (tx) => {
    const sessions = await markEnded(tx, { sessionId }, 'replaced', clock.now());
    await trail.sessionsEnded(
      tx,
      { actor: { kind: 'user', userId, sessionId }, ip },
      { organizationId, because: 'replaced', sessions },
    );
  });
}

async function recordRefusal(
  { database, trail }: IdentityContext,
  candidate: Candidate | undefined,
  because: RefusedBecause,
  ip: string,
): Promise<void> {
  trail.countRefusal('workspace', candidate === undefined ? 'unknown-name' : because);
  if (candidate === undefined) return;
  const { organizationId, userId } = candidate;
  await database.inTenant(organizationId, (tx) =>
    trail.signInRefused(tx, { organizationId, userId, door: 'workspace', because, ip }),
  );
}

export function tooManyTries(retryAfter: number): IdentityError {
  const minutes = Math.ceil(retryAfter / 60);
  return new IdentityError(
    'too-many-requests',
    `Too many tries. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again. Nothing is locked for good and nothing is lost.`,
    { retryAfter },
  );
}
