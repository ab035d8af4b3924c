import { smtpReply, type SmtpReply } from '#protocols/smtp/index.ts';
import type { SenderFindings } from './check-sender.ts';

/** What becomes of a message on account of who wrote it. */
export type Treatment =
  | { readonly kind: 'deliver' }
  | { readonly kind: 'hold'; readonly domain: string } // quarantined until a person decides
  | { readonly kind: 'refuse'; readonly domain: string; readonly reply: SmtpReply };

/**
 * The wish of the author's domain (RFC 9989 §5.3), unless a trusted sealer vouches. SPF alone refuses nothing: mail
 * that was forwarded fails it. Where the DNS could not say and the domain wants refusal, the sender is asked to try
 * again; all else that is unknown is delivered, and shown as not proven.
 */
export function treatSender({ dmarc, vouched, spf, dkim }: SenderFindings): Treatment {
  if (dmarc === null || vouched) return { kind: 'deliver' };
  const { authorDomain: domain, verdict, policy, testing, disposition } = dmarc;
  if (verdict === 'temperror' && policy === 'reject' && !testing)
    return { kind: 'refuse', domain, reply: tryAgain };
  if (disposition === 'none') return { kind: 'deliver' };
  if (disposition === 'quarantine') return { kind: 'hold', domain };
  const [signature] = dkim;
  const reply = smtpReply(
    550,
    '5.7.1',
    `${domain} asks that mail in its name which is not proven to be its own is refused (DMARC); this is not: SPF ${spf.verdict}, DKIM ${signature?.verdict ?? 'none'}`,
  );
  return { kind: 'refuse', domain, reply };
}

const tryAgain = smtpReply(
  451,
  '4.7.1',
  'Who wrote this message cannot be checked just now, the DNS does not answer; please try again',
);
