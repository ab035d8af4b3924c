import type { DsnParameters } from './client-options.ts';
import { encodeXtext } from './parameters.ts';
import type { RcptParameters } from './parameters.ts';

/** RET and ENVID as they go behind a MAIL command (RFC 3461 §4.3, §4.4). */
export function mailDsn({ ret, envelopeId }: DsnParameters): string {
  const id = envelopeId === null ? '' : encodeXtext(envelopeId);
  return `${ret === null ? '' : ` RET=${ret}`}${id === '' || id.length > 100 ? '' : ` ENVID=${id}`}`;
}

/** NOTIFY and ORCPT as they go behind a RCPT command (§4.1, §4.2). `utf8`: the transaction has SMTPUTF8. */
export function rcptDsn(asked: RcptParameters | null, utf8: boolean): string {
  if (asked === null) return '';
  const notify = asked.notify === null ? '' : ` NOTIFY=${asked.notify.join(',')}`;
  return `${notify}${asked.originalRecipient === null ? '' : originalRecipient(asked.originalRecipient, utf8)}`;
}

/** RFC 6533 §3: what is beyond ASCII goes as it is under SMTPUTF8, else as `\\x{…}`; other types are xtext. */
function originalRecipient({ type, address }: { type: string; address: string }, utf8: boolean): string {
  const written =
    type === 'utf-8'
      ? address.replace(/[^\p{ASCII}]/gu, (one) => (utf8 ? one : `\\x{${hex(one)}}`))
      : encodeXtext(address);
  const parameter = ` ORCPT=${type};${written}`;
  return Buffer.byteLength(parameter) > longest ? '' : parameter;
}

/** Octets of an ORCPT parameter (§4.2). */
const longest = 500;

const hex = (one: string): string => (one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0');
