import type { Keyring } from '#platform/keyring/keyring.ts';
import { domainOf } from '#protocols/mime/index.ts';
import type { ClaimedRow } from './claim-store.ts';
import type { ClaimedDelivery, Onward, Purpose } from './delivery.ts';
import { openAddress, openDsn, openOnward, openReturnPath } from './sealed-columns.ts';
import { isUnreadable, unreadableAddress } from './unreadable.ts';

/** A claimed row with its seals opened; `readable` is false when they never will be: there is nobody to send it to. */
export async function openClaimed(
  keyring: Keyring,
  row: ClaimedRow,
): Promise<{ readonly delivery: ClaimedDelivery; readonly readable: boolean }> {
  try {
    const [address, returnPath, dsn, onward] = await Promise.all([
      openAddress(keyring, row.organization_id, row.recipient_sealed),
      openReturnPath(keyring, row.organization_id, row.return_path_sealed),
      openDsn(keyring, row.organization_id, row.dsn_sealed),
      openOnward(keyring, row.organization_id, row.onward_sealed),
    ]);
    return { delivery: toDelivery(row, { address, returnPath, dsn, onward }), readable: true };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    const unknown = { address: unreadableAddress, returnPath: '', dsn: null, onward: null };
    return { delivery: toDelivery(row, unknown), readable: false };
  }
}

function toDelivery(
  row: ClaimedRow,
  {
    address,
    returnPath,
    dsn,
    onward,
  }: Pick<ClaimedDelivery, 'address' | 'returnPath' | 'dsn'> & { readonly onward: Onward | null },
): ClaimedDelivery {
  return {
    ...purposeOf(row),
    organizationId: row.organization_id,
    deliveryId: row.delivery_id,
    messageId: row.message_id,
    address,
    domain: domainOf(address) ?? '',
    domainIndex: row.domain_index,
    destination: row.destination,
    returnPath,
    sizeBytes: row.size_bytes,
    lane: row.lane,
    protection: row.protection,
    offerDays: row.offer_days,
    attempt: row.attempts,
    giveUpAt: row.give_up_at,
    dsn,
    priority: row.priority,
    urged: row.urged,
    interruptions: row.interruptions,
    before: { state: row.state_before, since: row.since_before, due: row.due_before },
    ...(onward === null ? {} : { onward }),
    ...(row.require_tls ? { requireTls: true as const } : {}),
  };
}

function purposeOf({ purpose, letter_id: letterId, sender_id: senderId }: ClaimedRow): Purpose {
  if (letterId !== null) return { purpose: 'letter', senderId: null, letterId };
  if (senderId !== null) return { purpose: 'message', senderId, letterId: null };
  return { purpose: purpose === 'journal' ? 'journal' : 'forward', senderId: null, letterId: null };
}
