import type { DomainId, Id, OrganizationId } from '#contract/ids.ts';
import type { DnsFinding } from './dns-finding.ts';

export type DkimKeyId = Id<'dkim-key'>;

export type DkimKeyState =
  | 'waiting' // made; its record has not been seen, and it signs nothing
  | 'signing'
  | 'retiring' // a newer one signs; its record must stay for mail that is on its way
  | 'retired' // its record may go; the private half is destroyed
  | 'revoked'; // nothing that it signed counts any more, once its record says so

export interface DkimKey {
  readonly organizationId: OrganizationId;
  readonly keyId: DkimKeyId;
  readonly domainId: DomainId;
  readonly selector: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  /** Under the organisation's key; null once it is destroyed. */
  readonly privateSealed: Buffer | null;
  /** What has to be published at `<selector>._domainkey.<domain>`. */
  readonly record: string;
  readonly state: DkimKeyState;
  readonly forced: boolean;
  /** What the DNS said when it was last asked; null when it never was. */
  readonly finding: DnsFinding | null;
  readonly createdAt: Date;
  readonly stateSince: Date;
}

/** What an administrator may do with a key. */
export const dkimKeyCan = {
  force: ['waiting'],
  revoke: ['waiting', 'signing', 'retiring', 'retired'],
} as const satisfies Record<string, readonly DkimKeyState[]>;

/** How long the record of a key that signs no more has to stay: longer than any queue tries (RFC 6376 §3.1). */
export const overlapMs = 7 * 86_400_000;

/** What the record of a revoked key says (RFC 6376 §3.6.1: an empty `p=`). */
export const revokedRecord = 'v=DKIM1; p=';

/** The next state of a key after a look at the DNS; `succeeded`: a younger key of its algorithm signs. Pure. */
export function nextKeyState(
  { state, forced, stateSince }: Pick<DkimKey, 'state' | 'forced' | 'stateSince'>,
  finding: DnsFinding | null,
  { succeeded, now }: { readonly succeeded: boolean; readonly now: Date },
): DkimKeyState {
  switch (state) {
    case 'waiting':
      return finding === 'right' ? (succeeded ? 'retired' : 'signing') : 'waiting';
    case 'signing':
      if (succeeded) return 'retiring';
      // Only a clear answer counts: name servers that are away for an hour must not end signing.
      return !forced && (finding === 'missing' || finding === 'different') ? 'waiting' : 'signing';
    case 'retiring':
      return now.getTime() - stateSince.getTime() >= overlapMs ? 'retired' : 'retiring';
    case 'retired':
    case 'revoked':
      return state;
  }
}
