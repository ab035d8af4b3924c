/** The parameters of a MAIL command that this engine knows. */
export interface MailParameters {
  /** Octets the client says it will send (RFC 1870); null when it did not say. */
  readonly size: number | null;
  /** RFC 6152. */
  readonly body: '7BIT' | '8BITMIME' | null;
  /** RFC 6531. */
  readonly smtpUtf8: boolean;
  /** The sender wants TLS that is proven all the way, or nothing sent (RFC 8689 §2). */
  readonly requireTls: boolean;
  /** What a report of failure gives back: the whole message or its headers (RFC 3461 §4.3). */
  readonly ret: 'FULL' | 'HDRS' | null;
  /** The sender's own name for the envelope, decoded (RFC 3461 §4.4). */
  readonly envelopeId: string | null;
}

/** The parameters of a RCPT command (RFC 3461 §4.1, §4.2). */
export interface RcptParameters {
  readonly notify: readonly ('NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY')[] | null;
  readonly originalRecipient: { readonly type: string; readonly address: string } | null;
}

/** What was wrong with a parameter, in words for the client, or the parameter that is not known. */
export type ParameterProblem = { readonly syntax: string } | { readonly unknown: string };

/** Which optional parameters this server has offered. */
export interface OfferedParameters {
  readonly smtpUtf8: boolean;
  readonly dsn: boolean;
  readonly requireTls?: boolean;
}

const noMailParameters: MailParameters = {
  size: null,
  body: null,
  smtpUtf8: false,
  requireTls: false,
  ret: null,
  envelopeId: null,
};
const noRcptParameters: RcptParameters = { notify: null, originalRecipient: null };

const parameter = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^\s=]+))?$/;

/** `text`: what follows the path, from its blank on. Null: not parameters at all, or one given twice. */
function readParameters(text: string): Map<string, string | null> | null {
  const found = new Map<string, string | null>();
  for (const word of text.split(' ')) {
    if (word === '') continue;
    const match = parameter.exec(word);
    const keyword = match?.[1]?.toUpperCase();
    if (keyword === undefined || found.has(keyword)) return null;
    found.set(keyword, match?.[2] ?? null);
  }
  return found;
}

const notParameters: ParameterProblem = { syntax: 'Parameters are KEYWORD or KEYWORD=VALUE, each once' };

export function parseMailParameters(
  text: string,
  offered: OfferedParameters,
): MailParameters | ParameterProblem {
  if (text === '') return noMailParameters;
  const found = readParameters(text);
  if (found === null) return notParameters;
  let { size, body, smtpUtf8, requireTls, ret, envelopeId } = noMailParameters;
  for (const [keyword, value] of found) {
    if (keyword === 'SIZE') {
      if (value === null || !/^[0-9]{1,20}$/.test(value)) return { syntax: 'SIZE takes a number of octets' };
      size = Number(value);
    } else if (keyword === 'BODY') {
      const kind = value?.toUpperCase();
      if (kind !== '7BIT' && kind !== '8BITMIME') return { syntax: 'BODY is 7BIT or 8BITMIME' };
      body = kind;
    } else if (keyword === 'SMTPUTF8' && offered.smtpUtf8) {
      if (value !== null) return { syntax: 'SMTPUTF8 takes no value' };
      smtpUtf8 = true;
    } else if (keyword === 'REQUIRETLS' && offered.requireTls) {
      if (value !== null) return { syntax: 'REQUIRETLS takes no value' };
      requireTls = true;
    } else if (keyword === 'AUTH') {
      if (value === null) return { syntax: 'AUTH takes a value' }; // RFC 4954 §5: accepted, and like AUTH=<> not relied upon
    } else if (keyword === 'RET' && offered.dsn) {
      const kind = value?.toUpperCase();
      if (kind !== 'FULL' && kind !== 'HDRS') return { syntax: 'RET is FULL or HDRS' };
      ret = kind;
    } else if (keyword === 'ENVID' && offered.dsn) {
      envelopeId = value === null || value.length > 100 ? null : decodeXtext(value);
      if (envelopeId === null) return { syntax: 'ENVID is xtext of at most 100 characters' };
    } else return { unknown: keyword };
  }
  return { size, body, smtpUtf8, requireTls, ret, envelopeId };
}

export function parseRcptParameters(
  text: string,
  offered: OfferedParameters,
): RcptParameters | ParameterProblem {
  if (text === '') return noRcptParameters;
  const found = readParameters(text);
  if (found === null) return notParameters;
  let { notify, originalRecipient } = noRcptParameters;
  for (const [keyword, value] of found) {
    if (keyword === 'NOTIFY' && offered.dsn) {
      notify = parseNotify(value);
      if (notify === null) return { syntax: 'NOTIFY is NEVER, or a list of SUCCESS, FAILURE, DELAY' };
    } else if (keyword === 'ORCPT' && offered.dsn) {
      originalRecipient = parseOriginalRecipient(value);
      if (originalRecipient === null) return { syntax: 'ORCPT is type;address in xtext' };
    } else return { unknown: keyword };
  }
  return { notify, originalRecipient };
}

function parseNotify(value: string | null): RcptParameters['notify'] {
  const words = (value ?? '').toUpperCase().split(',');
  const known = words.filter(
    (word) => word === 'NEVER' || word === 'SUCCESS' || word === 'FAILURE' || word === 'DELAY',
  );
  if (known.length !== words.length || new Set(words).size !== words.length) return null;
  return known.includes('NEVER') && known.length > 1 ? null : known; // NEVER stands alone
}

function parseOriginalRecipient(value: string | null): RcptParameters['originalRecipient'] {
  const match = /^([A-Za-z0-9-]{1,64});(.+)$/.exec(value ?? '');
  if (match?.[1] === undefined || match[2] === undefined || (value ?? '').length > 500) return null;
  const utf8 = match[1].toLowerCase() === 'utf-8';
  const address = utf8 ? match[2] : decodeXtext(match[2]); // RFC 6533 §3: utf-8 addresses are not xtext
  return address === null ? null : { type: match[1].toLowerCase(), address };
}

/** xtext (RFC 3461 §4): printable ASCII, others as `+HH`. Null when it is not; controls are not taken. */
export function decodeXtext(value: string): string | null {
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/.test(value)) return null;
  const decoded = value.replace(/\+([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return /^[ -~]*$/.test(decoded) ? decoded : null;
}

export function encodeXtext(value: string): string {
  return value.replace(
    /[^!-*,-<>-~]/g,
    (character) => `+${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
