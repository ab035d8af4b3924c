import { timingSafeEqual } from 'node:crypto';
import type { DeliveryId, OrganizationId } from '#contract/ids.ts';
import { isUuid } from '#platform/ids.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';

/** What a report that comes to a signed return path is about. */
export type ReturnClaim =
  | { readonly kind: 'one'; readonly deliveryId: DeliveryId } // the only recipient of its conversation
  | { readonly kind: 'group'; readonly deliveryId: DeliveryId }; // or one of several, of which the report names some

const prefix = 'bounces+';
/** kind 1, day 2, id 16, mac 16: in base32, with the prefix, the 64 octets that a local part may have (RFC 5321 §4.5.3.1.1). */
const bodyBytes = 19;
const macBytes = 16;
const kinds = ['one', 'group'] as const;
const dayMs = 86_400_000;
/** Days that a return path is good after the last try: longer than any queue keeps mail. */
const goodForDays = 30;
const purpose = 'delivery.return-path';

/**
 * An envelope sender that nobody can make up: it names what was sent and the day until which it is good, under an
 * HMAC of the organisation. Letters in any case are the same, for some servers change it. `lastTry`: when the delivery
 * is given up at the latest. That is the same for all its tries: a greylisting server knows the next by the sender.
 */
export async function mintReturnPath(
  keyring: Pick<Keyring, 'blindIndex'>,
  organizationId: OrganizationId,
  claim: ReturnClaim,
  { domain, lastTry }: { readonly domain: string; readonly lastTry: Date },
): Promise<string> {
  const body = Buffer.alloc(bodyBytes);
  body[0] = kinds.indexOf(claim.kind);
  body.writeUInt16BE(Math.floor(lastTry.getTime() / dayMs) + goodForDays, 1);
  body.write(claim.deliveryId.replaceAll('-', ''), 3, 'hex');
  const mac = await keyring.blindIndex(organizationId, purpose, body.toString('hex'));
  return `${prefix}${toBase32(Buffer.concat([body, mac]))}@${domain}`;
}

export function looksLikeReturnPath(localPart: string): boolean {
  return localPart.length === 64 && localPart.slice(0, prefix.length).toLowerCase() === prefix;
}

/** What a local part stands for; null when it was not made for this organisation, or its day has passed. */
export async function readReturnPath(
  keyring: Pick<Keyring, 'blindIndex'>,
  organizationId: OrganizationId,
  localPart: string,
  now: Date,
): Promise<ReturnClaim | null> {
  if (!looksLikeReturnPath(localPart)) return null;
  const bytes = fromBase32(localPart.slice(prefix.length).toLowerCase());
  if (bytes?.length !== bodyBytes + macBytes) return null;
  const body = bytes.subarray(0, bodyBytes);
  const mac = await keyring.blindIndex(organizationId, purpose, body.toString('hex'));
  if (!timingSafeEqual(mac, bytes.subarray(bodyBytes))) return null;
  if (body.readUInt16BE(1) < Math.floor(now.getTime() / dayMs)) return null;
  const hex = body.toString('hex', 3);
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
    '-',
  );
  const kind = kinds[body[0] ?? kinds.length];
  return kind === undefined || !isUuid(id) ? null : { kind, deliveryId: id as DeliveryId };
}

/** RFC 4648 §6, in lower case, without padding. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

function toBase32(bytes: Buffer): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(held >> (bits - 5)) & 31] ?? '';
  }
  return text; // 35 bytes are 56 characters, and nothing is left over
}

function fromBase32(text: string): Buffer | null {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) return null;
    held = ((held << 5) | value) & 0x1fff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 255);
    }
  }
  return Buffer.from(bytes);
}
