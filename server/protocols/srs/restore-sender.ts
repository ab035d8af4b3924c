import { isCurrentDay, isSrsHash, srsHash } from './srs-hash.ts';
import type { SrsOptions } from './rewrite-sender.ts';

export type RestoredSender =
  | { readonly ok: true; readonly address: string }
  | {
      readonly ok: false;
      readonly because:
        | 'not-srs' // an ordinary address
        | 'forged' // we did not write it
        | 'expired'; // we did, more than 21 days ago
    };

/** Who stands behind the local part of an address of ours: whom a report that comes to it is for. Never throws. */
export function restoreSender(local: string, { domain, key, now }: SrsOptions): RestoredSender {
  const [, kind, hash = '', said = ''] = /^(SRS[01])[=+-]([^=]*)=(.*)$/is.exec(local) ?? [];
  if (kind === undefined) return { ok: false, because: 'not-srs' };
  if (!isSrsHash(hash, srsHash(key, kind.endsWith('0') ? 'SRS0' : 'SRS1', domain, said)))
    return { ok: false, because: 'forged' };
  return kind.endsWith('0') ? senderOf(said, now) : forwarderOf(said);
}

function senderOf(said: string, now: Date): RestoredSender {
  const [, day = '', from = '', local = ''] = /^([^=]*)=([^=]+)=(.+)$/s.exec(said) ?? [];
  if (local === '') return { ok: false, because: 'forged' };
  return isCurrentDay(day, now)
    ? { ok: true, address: `${local}@${from}` }
    : { ok: false, because: 'expired' };
}

function forwarderOf(said: string): RestoredSender {
  const [, first = '', rest = ''] = /^([^=]+)=([=+-].+)$/s.exec(said) ?? [];
  return rest === '' ? { ok: false, because: 'forged' } : { ok: true, address: `SRS0${rest}@${first}` };
}
