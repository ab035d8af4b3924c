import { isAddressLiteral, parsePath } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';
import { smtpReply } from './reply.ts';
import type { SmtpReply } from './reply.ts';

/** A command line, read (RFC 5321 §4.1). */
export type Command =
  | { readonly verb: 'EHLO' | 'HELO'; readonly client: string }
  | { readonly verb: 'MAIL'; readonly from: Mailbox | null; readonly parameters: string }
  | { readonly verb: 'RCPT'; readonly to: Mailbox | 'postmaster'; readonly parameters: string }
  | { readonly verb: 'BDAT'; readonly size: number; readonly last: boolean }
  | { readonly verb: 'AUTH'; readonly mechanism: string; readonly initial: string | null }
  | { readonly verb: 'DATA' | 'RSET' | 'QUIT' | 'STARTTLS' | 'NOOP' | 'HELP' | 'VRFY' | 'EXPN' }
  | { readonly verb: 'not-smtp' } // a browser that was made to talk to us
  | { readonly verb: 'invalid'; readonly reply: SmtpReply };

const badArgument = (text: string): Command => ({ verb: 'invalid', reply: smtpReply(501, '5.5.4', text) });
const unknownCommand: Command = { verb: 'invalid', reply: smtpReply(500, '5.5.1', 'Command not known') };

/** Reads one line. Never throws; what cannot be read is `invalid`, with the reply that says why. */
export function parseCommand(line: string): Command {
  const blank = line.indexOf(' ');
  const verb = (blank < 0 ? line : line.slice(0, blank)).toUpperCase();
  const argument = blank < 0 ? '' : line.slice(blank + 1).trimEnd();
  switch (verb) {
    case 'MAIL':
      return parseMail(argument);
    case 'RCPT':
      return parseRcpt(argument);
    case 'EHLO':
    case 'HELO':
      return parseHello(verb, argument);
    case 'BDAT':
      return parseBdat(argument);
    case 'AUTH':
      return parseAuth(argument);
    case 'DATA':
    case 'RSET':
    case 'QUIT':
    case 'STARTTLS':
      return argument === '' ? { verb } : badArgument(`${verb} takes no argument`);
    case 'NOOP':
    case 'HELP':
    case 'VRFY':
    case 'EXPN':
      return { verb };
    case 'GET':
    case 'POST':
    case 'PUT':
    case 'CONNECT':
    case 'OPTIONS':
      return { verb: 'not-smtp' };
    default:
      return unknownCommand;
  }
}

/** Names with underscores are common within hospitals and are taken; nothing that could not stand in a Received header is. */
function parseHello(verb: 'EHLO' | 'HELO', argument: string): Command {
  const isName = /^[A-Za-z0-9._-]{1,255}$/.test(argument);
  if (!isName && !isAddressLiteral(argument))
    return badArgument(`${verb} takes your host name or address literal`);
  return { verb, client: argument };
}

function parseMail(argument: string): Command {
  if (!/^FROM:/i.test(argument)) return badArgument('Syntax: MAIL FROM:<address>');
  const path = parsePath(argument, argument[5] === ' ' ? 6 : 5); // one blank after the colon is a common slip
  if (path === null || !endsWord(argument, path.end)) {
    return {
      verb: 'invalid',
      reply: smtpReply(553, '5.1.7', 'Not an address of RFC 5321; syntax: MAIL FROM:<address>'),
    };
  }
  return { verb: 'MAIL', from: path.mailbox, parameters: argument.slice(path.end) };
}

function parseRcpt(argument: string): Command {
  if (!/^TO:/i.test(argument)) return badArgument('Syntax: RCPT TO:<address>');
  const from = argument[3] === ' ' ? 4 : 3;
  const postmaster = /^<postmaster>/i.exec(argument.slice(from)); // RFC 5321 §4.1.1.3: the one name without a domain
  const path =
    postmaster === null
      ? parsePath(argument, from)
      : { mailbox: 'postmaster' as const, end: from + postmaster[0].length };
  if (path === null || path.mailbox === null || !endsWord(argument, path.end)) {
    return {
      verb: 'invalid',
      reply: smtpReply(553, '5.1.3', 'Not an address of RFC 5321; syntax: RCPT TO:<address>'),
    };
  }
  return { verb: 'RCPT', to: path.mailbox, parameters: argument.slice(path.end) };
}

function endsWord(text: string, at: number): boolean {
  return at === text.length || text[at] === ' ';
}

function parseBdat(argument: string): Command {
  const match = /^([0-9]{1,15})( LAST)?$/i.exec(argument);
  if (match === null) return badArgument('Syntax: BDAT size [LAST]');
  return { verb: 'BDAT', size: Number(match[1]), last: match[2] !== undefined };
}

function parseAuth(argument: string): Command {
  const match = /^([A-Za-z0-9_-]{1,20})(?: (\S+))?$/.exec(argument);
  if (match?.[1] === undefined) return badArgument('Syntax: AUTH mechanism [initial-response]');
  return { verb: 'AUTH', mechanism: match[1].toUpperCase(), initial: match[2] ?? null };
}
