import { inSlices } from '../cms/index.ts';

const lineOctets = 57; // 76 characters: RFC 2045 §6.8

/** Base64 in lines with CRLF, the event loop having its turns. */
export async function encodeBase64(content: Buffer): Promise<Buffer> {
  const lines = Math.ceil(content.length / lineOctets);
  const characters = Math.ceil(content.length / 3) * 4;
  const out = Buffer.allocUnsafe(characters + lines * 2);
  let length = 0;
  let rest: Buffer = Buffer.alloc(0);
  const write = (octets: Buffer) => {
    for (let at = 0; at < octets.length; at += lineOctets) {
      length += out.write(
        octets.toString('base64', at, Math.min(at + lineOctets, octets.length)),
        length,
        'latin1',
      );
      length += out.write('\r\n', length, 'latin1');
    }
  };
  await inSlices([content], (slice) => {
    const joined = rest.length === 0 ? slice : Buffer.concat([rest, slice]);
    const whole = joined.length - (joined.length % lineOctets);
    write(joined.subarray(0, whole));
    rest = joined.subarray(whole);
  });
  write(rest);
  return out.subarray(0, length);
}

/** Undoes base64 (RFC 2045 §6.8): line breaks and blanks are passed over, anything else is null. */
export async function decodeBase64(text: Buffer): Promise<Buffer | null> {
  const pieces: Buffer[] = [];
  let rest = '';
  let ended = false;
  let isClean = true;
  await inSlices([text], (slice) => {
    if (!isClean) return;
    const joined = rest + slice.toString('latin1').replace(/[\r\n\t ]+/g, '');
    const whole = joined.length - (joined.length % 4);
    rest = joined.slice(whole);
    const digits = joined.slice(0, whole);
    if (digits === '') return;
    isClean = !ended && /^[A-Za-z0-9+/]*={0,2}$/.test(digits);
    ended = digits.endsWith('=');
    pieces.push(Buffer.from(digits, 'base64'));
  });
  return isClean && rest === '' ? Buffer.concat(pieces) : null;
}
