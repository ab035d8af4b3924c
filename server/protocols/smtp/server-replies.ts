import type { LineProblem } from './line-reader.ts';
import type { ParameterProblem } from './parameters.ts';
import { smtpReply } from './reply.ts';
import type { SmtpReply } from './reply.ts';

/** What the engine itself says; what a handler decides, the handler says. Codes: RFC 5321 §4.2.3, RFC 3463, RFC 5248 registry. */

export const ok = smtpReply(250, '2.0.0', 'OK');
export const bye = smtpReply(221, '2.0.0', 'Bye');
export const goAhead = smtpReply(220, '2.0.0', 'Go ahead');
export const sendContent = smtpReply(354, null, 'Send the message; it ends with a dot on a line of its own');
export const chunkReceived = smtpReply(250, '2.0.0', 'Chunk received');

export const notSmtp = smtpReply(500, '5.5.1', 'This is a mail server');
export const helloFirst = smtpReply(503, '5.5.1', 'EHLO first');
export const tlsFirst = smtpReply(530, '5.7.0', 'STARTTLS first');
export const authFirst = smtpReply(530, '5.7.0', 'Authentication required');
export const mailFirst = smtpReply(503, '5.5.1', 'MAIL first');
export const mailTwice = smtpReply(503, '5.5.1', 'A transaction is open already; RSET first');
export const noRecipients = smtpReply(554, '5.5.1', 'No valid recipients');
export const chunksOpen = smtpReply(503, '5.5.1', 'BDAT LAST or RSET first');

export const tooLarge = smtpReply(552, '5.3.4', 'Message is larger than this server takes');
export const tooManyRecipients = smtpReply(
  452,
  '4.5.3',
  'Too many recipients for one message; send the rest in another',
);
export const needsUtf8 = smtpReply(
  553,
  '5.6.7',
  'An address beyond ASCII needs the SMTPUTF8 parameter of MAIL',
);

/** RFC 3207 §4: STARTTLS is the last command of a group. Whoever puts one behind it wants it to be taken for one under TLS. */
export const behindStartTls = smtpReply(554, '5.5.1', 'Nothing may come behind STARTTLS before its answer');
export const noTlsHere = smtpReply(503, '5.5.1', 'STARTTLS is not offered now');
export const noAuthHere = smtpReply(503, '5.5.1', 'AUTH is not offered here');
export const authNeedsTls = smtpReply(538, '5.7.11', 'STARTTLS first; passwords are not taken in the clear');
export const authTwice = smtpReply(503, '5.5.1', 'AUTH is not allowed now');
export const unknownMechanism = smtpReply(504, '5.5.4', 'Mechanisms: PLAIN, LOGIN');
export const authMalformed = smtpReply(501, '5.5.2', 'Not a response of this mechanism');
export const authCancelled = smtpReply(501, '5.7.0', 'Authentication cancelled');

export const tooManyErrors = smtpReply(421, '4.7.0', 'Too many errors');
export const tooManyConnections = smtpReply(421, '4.3.2', 'Too many connections; please come again later');
export const tooManyFromYou = smtpReply(421, '4.7.0', 'Too many connections from your address');
export const idle = smtpReply(421, '4.4.2', 'Nothing came for too long');
export const stopping = smtpReply(421, '4.3.2', 'Server is stopping; please come again');

const bareLineEnd = smtpReply(
  500,
  '5.5.2',
  'Bare CR or LF in a command; lines end with CRLF and nothing else',
);

export const badLine: Readonly<Record<LineProblem, SmtpReply>> = {
  'bare-cr': bareLineEnd,
  'bare-lf': bareLineEnd,
  'too-long': smtpReply(500, '5.5.2', 'Line too long'),
  'not-utf8': smtpReply(500, '5.5.2', 'Commands are ASCII or UTF-8'),
  control: smtpReply(500, '5.5.2', 'Control character in a command'),
};

/** Commands that do nothing. VRFY and EXPN tell nobody who exists (RFC 5321 §7.3). */
export const plain = {
  NOOP: ok,
  HELP: smtpReply(214, '2.0.0', 'See RFC 5321'),
  VRFY: smtpReply(252, '2.5.2', 'Not verified; send the message and see'),
  EXPN: smtpReply(502, '5.5.1', 'Lists are not expanded here'),
} as const;

export function badParameter(problem: ParameterProblem): SmtpReply {
  return 'unknown' in problem
    ? smtpReply(555, '5.5.4', `Parameter ${problem.unknown} is not known`)
    : smtpReply(501, '5.5.4', problem.syntax);
}
