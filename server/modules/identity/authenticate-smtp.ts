import type { AppPasswordId, OrganizationId, UserId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import type { Permission } from '#contract/permissions.ts';
import { addressIndex } from './address.ts';
import { appPasswordIndex } from './app-password.ts';
import { findSmtpCandidate, updateAppPasswordLastUsed, type SmtpCandidate } from './app-password-store.ts';
import type { RefusedBecause } from './audit-trail.ts';
import { openUser } from './open-user.ts';
import type { IdentityContext } from './ports.ts';
import { categoriesOf, permissionsOf } from './user.ts';

export interface SmtpCredentials {
  /** Any address of the user. */
  readonly username: string;
  /** An app password. The password of the workspace is refused: programs must not hold it. */
  readonly password: string;
  readonly ip: string;
}

export interface SmtpUser {
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
  /** The primary address. */
  readonly address: string;
  readonly displayName: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly categories: ReadonlySet<MessageCategory>;
}

export type SmtpVerdict =
  | { readonly ok: true; readonly user: SmtpUser; readonly appPasswordId: AppPasswordId }
  | {
      readonly ok: false;
      readonly reason:
        | 'invalid-credentials' // unknown name, or not an app password of that user
        | 'locked' // too many wrong tries for the name or from the network; passes by itself
        | 'disabled'; // the app password was right, but the user is disabled
    };

const usedEveryMs = 60_000;

/**
 * One query and one keyed digest: no slow hash and no cache, so that a revoked password fails at once.
 * A right app password is let in whatever others tried: 100 random bits are not guessed, and nobody can
 * keep a mail system out by guessing. Limits slow down the wrong ones.
 */
export async function authenticateSmtp(
  context: IdentityContext,
  { username, password, ip }: SmtpCredentials,
): Promise<SmtpVerdict> {
  const { database, keyring, clock, trail } = context;
  const index = await addressIndex(keyring, username);
  const secret = await appPasswordIndex(keyring, password);
  const now = clock.now();

  const candidate = await database.acrossTenants(async (tx) => {
    const found = await findSmtpCandidate(tx, index, secret);
    if (found !== undefined && isUsable(found) && isUseWorthNoting(found, now)) {
      await updateAppPasswordLastUsed(tx, found.organizationId, found.appPasswordId, now);
      await trail.signedInBySmtp(tx, { ...found, ip });
    }
    return found;
  });
  if (candidate !== undefined && isUsable(candidate)) {
    trail.countSmtpSignIn();
    const { organizationId, userId, displayName, email } = await openUser(keyring, candidate);
    return {
      ok: true,
      user: {
        organizationId,
        userId,
        address: email,
        displayName,
        permissions: permissionsOf(candidate),
        categories: categoriesOf(candidate),
      },
      appPasswordId: candidate.appPasswordId,
    };
  }
  return refuse(context, candidate, username, ip);
}

type Usable = SmtpCandidate & { readonly appPasswordId: AppPasswordId };

function isUsable(candidate: SmtpCandidate): candidate is Usable {
  return candidate.appPasswordId !== null && candidate.revokedAt === null && candidate.state === 'active';
}

function isUseWorthNoting({ lastUsedAt }: SmtpCandidate, now: Date): boolean {
  return lastUsedAt === null || now.getTime() - lastUsedAt.getTime() >= usedEveryMs;
}

async function refuse(
  context: IdentityContext,
  candidate: SmtpCandidate | undefined,
  username: string,
  ip: string,
): Promise<SmtpVerdict> {
  const { database, limits, trail } = context;
  const verdict = await limits.take('smtp', ip, username);
  const isDisabled = candidate?.state === 'disabled' && candidate.appPasswordId !== null;
  const because: RefusedBecause = !verdict.ok ? 'too-many-tries' : isDisabled ? 'disabled' : 'wrong-secret';
  trail.countRefusal('smtp', candidate === undefined ? 'unknown-name' : because);
  if (candidate !== undefined && (verdict.ok || verdict.isFirst)) {
    const { organizationId, userId } = candidate;
    await database.inTenant(organizationId, (tx) =>
      trail.signInRefused(tx, { organizationId, userId, door: 'smtp', because, ip }),
    );
  }
  if (!verdict.ok) return { ok: false, reason: 'locked' };
  return { ok: false, reason: isDisabled ? 'disabled' : 'invalid-credentials' };
}
