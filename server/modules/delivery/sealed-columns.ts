import type { OrganizationId } from '#contract/ids.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { DsnRequest } from '#protocols/dsn/index.ts';
import { domainOf, normalizeAddress } from '#protocols/mime/index.ts';
import type { Onward } from './delivery.ts';
import { readableOr, unreadableAddress } from './unreadable.ts';

const purposes = {
  recipient: 'delivery.recipient.address',
  domain: 'delivery.recipient.domain',
  returnPath: 'delivery.return-path',
  detail: 'delivery.attempt.detail',
  dsn: 'delivery.recipient.dsn',
  onward: 'delivery.onward',
  server: 'delivery.route.server',
  pause: 'delivery.pause',
} as const;

export interface SealedRecipient {
  readonly recipientSealed: Buffer;
  readonly recipientIndex: Buffer;
  readonly domainIndex: Buffer;
  readonly returnPathSealed: Buffer;
}

/** How delivery's columns are sealed and looked up; a domain of one's own name is a person too. */
export async function sealRecipient(
  keyring: Keyring,
  organizationId: OrganizationId,
  address: string,
  returnPath: string,
): Promise<SealedRecipient> {
  const [recipientSealed, recipientIndex, domainIndex, returnPathSealed] = await Promise.all([
    keyring.seal(organizationId, purposes.recipient, address),
    keyring.blindIndex(organizationId, purposes.recipient, normalizeAddress(address)),
    keyring.blindIndex(organizationId, purposes.domain, domainOf(address) ?? ''),
    keyring.seal(organizationId, purposes.returnPath, returnPath),
  ]);
  return { recipientSealed, recipientIndex, domainIndex, returnPathSealed };
}

export const openAddress = (
  keyring: Keyring,
  organizationId: OrganizationId,
  sealed: Buffer,
): Promise<string> => keyring.openText(organizationId, purposes.recipient, sealed);

/** An address for showing: of one that can never be opened again there is something to show, too. */
export const showAddress = (
  keyring: Keyring,
  organizationId: OrganizationId,
  sealed: Buffer,
): Promise<string> => readableOr(openAddress(keyring, organizationId, sealed), unreadableAddress);

export const openReturnPath = (
  keyring: Keyring,
  organizationId: OrganizationId,
  sealed: Buffer,
): Promise<string> => keyring.openText(organizationId, purposes.returnPath, sealed);

export async function sealDsn(
  keyring: Keyring,
  organizationId: OrganizationId,
  dsn: DsnRequest | null,
): Promise<Buffer | null> {
  return dsn === null ? null : keyring.seal(organizationId, purposes.dsn, JSON.stringify(dsn));
}

export async function openDsn(
  keyring: Keyring,
  organizationId: OrganizationId,
  sealed: Buffer | null,
): Promise<DsnRequest | null> {
  if (sealed === null) return null;
  return JSON.parse(await keyring.openText(organizationId, purposes.dsn, sealed)) as DsnRequest;
}

export async function sealOnward(
  keyring: Keyring,
  organizationId: OrganizationId,
  onward: Onward | undefined,
): Promise<Buffer | null> {
  return onward === undefined ? null : keyring.seal(organizationId, purposes.onward, JSON.stringify(onward));
}

export async function openOnward(
  keyring: Keyring,
  organizationId: OrganizationId,
  sealed: Buffer | null,
): Promise<Onward | null> {
  if (sealed === null) return null;
  return JSON.parse(await keyring.openText(organizationId, purposes.onward, sealed)) as Onward; // by sealOnward
}

/** The name of a destination's first server: a domain of one's own may be in it. */
export const sealServer = (keyring: Keyring, organizationId: OrganizationId, host: string): Promise<Buffer> =>
  keyring.seal(organizationId, purposes.server, host);

export const openServer = (
  keyring: Keyring,
  organizationId: OrganizationId,
  sealed: Buffer,
): Promise<string> => keyring.openText(organizationId, purposes.server, sealed);

/** The queue's name for a domain. */
export const domainIndexOf = (
  keyring: Keyring,
  organizationId: OrganizationId,
  domain: string,
): Promise<Buffer> => keyring.blindIndex(organizationId, purposes.domain, domainOf(`x@${domain}`) ?? '');

/** The reason of a pause, and the domain that it is about: what people write may name people. */
export const sealPauseText = (
  keyring: Keyring,
  organizationId: OrganizationId,
  text: string,
): Promise<Buffer> => keyring.seal(organizationId, purposes.pause, text);

export const openPauseText = (
  keyring: Keyring,
  organizationId: OrganizationId,
  sealed: Buffer,
): Promise<string> => keyring.openText(organizationId, purposes.pause, sealed);

/** What an attempt learned: the server's name, its words, the TLS evidence. */
export interface AttemptDetail {
  readonly host?: string;
  readonly status?: string;
  readonly reply?: string;
  readonly evidence?: unknown;
}

export const sealDetail = (
  keyring: Keyring,
  organizationId: OrganizationId,
  detail: AttemptDetail,
): Promise<Buffer> => keyring.seal(organizationId, purposes.detail, JSON.stringify(detail));

export async function openDetail(
  keyring: Keyring,
  organizationId: OrganizationId,
  sealed: Buffer,
): Promise<AttemptDetail> {
  return JSON.parse(await keyring.openText(organizationId, purposes.detail, sealed)) as AttemptDetail;
}
