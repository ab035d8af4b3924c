import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { KeyPolicy, KeySource, KeyTrust } from '#contract/keys.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Audit, Doer } from '#modules/audit/index.ts';
import type { KnownKey } from './known-key.ts';
import type { OpenedFinding } from './opened-finding.ts';
import type { OwnKey } from './own-keys.ts';

type Recorder = Pick<Audit, 'record'>;

const factsOf = ({ kind, address, fingerprint }: Pick<KnownKey, 'kind' | 'address' | 'fingerprint'>) => ({
  kind,
  address,
  fingerprint,
});

const subjectOf = ({ keyId }: { keyId: string }) => ({ type: 'key', id: keyId }) as const;

/** A key of a person outside came into the directory, or changed there. */
export function keyKept(
  audit: Recorder,
  tx: Tx,
  { actor, ip }: Doer,
  key: KnownKey & { readonly added: boolean },
  source: KeySource,
): Promise<void> {
  return audit.record(tx, {
    organizationId: key.organizationId,
    kind: key.added ? 'key.added' : 'key.renewed',
    actor,
    ip,
    subject: subjectOf(key),
    fields: { ...factsOf(key), source, trust: key.trust },
  });
}

export function keyDecided(audit: Recorder, tx: Tx, { actor, ip }: Doer, key: KnownKey): Promise<void> {
  return audit.record(tx, {
    organizationId: key.organizationId,
    kind: (
      {
        trusted: 'key.trusted',
        distrusted: 'key.distrusted',
        undecided: 'key.trust-withdrawn',
      } as const satisfies Record<KeyTrust, string>
    )[key.trust],
    actor,
    ip,
    subject: subjectOf(key),
    fields: factsOf(key),
  });
}

/** Their program said anew what it reads. */
export function ciphersLearned(
  audit: Recorder,
  tx: Tx,
  { actor, ip }: Doer,
  key: KnownKey,
  ciphers: readonly string[],
): Promise<void> {
  return audit.record(tx, {
    organizationId: key.organizationId,
    kind: 'key.ciphers-learned',
    actor,
    ip,
    subject: subjectOf(key),
    fields: { ...factsOf(key), ciphers },
  });
}

/** The issuer of a certificate says that it has revoked it. */
export const keyRevoked = saidByIssuer('key.revoked');
export const keyHeld = saidByIssuer('key.held');
/** A hold has ended: it is used again. */
export const keyReleased = saidByIssuer('key.released');

function saidByIssuer(kind: 'key.revoked' | 'key.held' | 'key.released') {
  return (audit: Recorder, tx: Tx, { actor, ip }: Doer, key: KnownKey): Promise<void> =>
    audit.record(tx, {
      organizationId: key.organizationId,
      kind,
      actor,
      ip,
      subject: subjectOf(key),
      fields: factsOf(key),
    });
}

export function keyCipherSet(audit: Recorder, tx: Tx, { actor, ip }: Doer, key: KnownKey): Promise<void> {
  return audit.record(tx, {
    organizationId: key.organizationId,
    kind: 'key.cipher-set',
    actor,
    ip,
    subject: subjectOf(key),
    fields: { ...factsOf(key), cipher: key.cipherSetting },
  });
}

export function keyRemoved(audit: Recorder, tx: Tx, { actor, ip }: Doer, key: KnownKey): Promise<void> {
  return audit.record(tx, {
    organizationId: key.organizationId,
    kind: 'key.removed',
    actor,
    ip,
    subject: subjectOf(key),
    fields: factsOf(key),
  });
}

/** Whose keys were shown: an address is patient data. Nothing was shown, nothing is recorded. */
export async function keysSeen(
  audit: Recorder,
  tx: Tx,
  { actor, ip }: Doer,
  organizationId: OrganizationId,
  keyIds: readonly string[],
): Promise<void> {
  if (keyIds.length === 0) return;
  await audit.record(tx, { organizationId, kind: 'key.seen', actor, ip, fields: { keyIds } });
}

export function keyPolicyChanged(
  audit: Recorder,
  tx: Tx,
  { actor, ip }: Doer,
  organizationId: OrganizationId,
  policy: KeyPolicy,
): Promise<void> {
  return audit.record(tx, { organizationId, kind: 'key.policy-changed', actor, ip, fields: { ...policy } });
}

/** `triedAgain`: messages that could not be opened before, and are tried with it. */
export function ownKeyChanged(
  audit: Recorder,
  tx: Tx,
  { actor, ip }: Doer,
  what: 'generated' | 'added' | 'retired',
  key: OwnKey,
  triedAgain = 0,
): Promise<void> {
  return audit.record(tx, {
    organizationId: key.organizationId,
    kind: `own-key.${what}`,
    actor,
    ip,
    subject: subjectOf(key),
    fields: triedAgain === 0 ? factsOf(key) : { ...factsOf(key), triedAgain },
  });
}

/** A message was taken out of its signature or encryption, or could not be. */
export function messageWasOpened(
  audit: Recorder,
  tx: Tx,
  opened: {
    readonly organizationId: OrganizationId;
    readonly messageId: MessageId;
    readonly originalId: MessageId;
    readonly finding: OpenedFinding;
  },
): Promise<void> {
  const { organizationId, messageId, originalId, finding } = opened;
  return audit.record(tx, {
    organizationId,
    kind: 'message.unwrapped',
    actor: { kind: 'system', part: 'protection' },
    subject: { type: 'message', id: messageId },
    fields: { originalId, ...finding },
  });
}
