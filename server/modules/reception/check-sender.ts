import { verifyChain, type ArcResult } from '#protocols/arc/index.ts';
import { BodyHashes, verifyMessage, type DkimResult } from '#protocols/dkim/index.ts';
import {
  authorOf,
  discoverPolicy,
  evaluateDmarc,
  type Author,
  type DmarcResult,
  type Identifier,
} from '#protocols/dmarc/index.ts';
import type { HeaderSection } from '#protocols/mime/index.ts';
import { checkHost, type SpfResolver, type SpfResult } from '#protocols/spf/index.ts';
import { untilOver } from './sender-dns.ts';
import { sealerVouches } from './trusted-sealers.ts';

/** What was found out about who wrote a message. */
export interface SenderFindings {
  readonly author: Author;
  readonly spf: SpfResult;
  /** One a signature, from the top. */
  readonly dkim: readonly DkimResult[];
  /** Null where the message names no single domain as its author's. */
  readonly dmarc: DmarcResult | null;
  readonly arc: ArcResult;
  /** A sealer whom the organisation trusts says that the author was proven when the message came to it. */
  readonly vouched: boolean;
}

export interface SenderCheck {
  /** Once, when the header section is complete. `raw` may be used again afterwards. */
  header(raw: Buffer, section: HeaderSection): void;
  /** The body's bytes as they come; must be done with them when it returns. */
  body(chunk: Buffer): void;
  /** After the last byte. Answers within `answerMs`; never rejects. */
  finish(): Promise<SenderFindings>;
}

export interface SenderQuestion {
  readonly ip: string;
  readonly helo: string;
  /** '' for the null reverse path. */
  readonly mailFrom: string;
  /** Our name. */
  readonly receiver: string;
  readonly now: Date;
  /** Domains whose seals the organisation believes, lower case. */
  readonly trustedSealers: ReadonlySet<string>;
}

/** How long the end of a message waits for the DNS. What is not known by then counts as a temporary failure. */
export const answerMs = 15_000;

const signed: ReadonlySet<string> = new Set([
  'dkim-signature',
  'arc-seal',
  'arc-message-signature',
  'arc-authentication-results',
]);

/**
 * Checks who wrote (SPF, DKIM, DMARC, ARC) while the message comes in: SPF from the start, keys and policies once
 * the header is there. Only the hash of the body is computed on the way, and only where a signature needs it.
 */
export function checkSender(question: SenderQuestion, resolver: SpfResolver): SenderCheck {
  const over = Promise.withResolvers<void>();
  const dns = untilOver(resolver, over.promise);
  const spf = checkHost(question, dns);
  const hashes = new BodyHashes();
  let finishHeader: (() => Promise<SenderFindings>) | null = null;

  function startHeader(raw: Buffer, section: HeaderSection): () => Promise<SenderFindings> {
    const kept = section.fields.some(({ key }) => signed.has(key)) ? Buffer.from(raw) : Buffer.alloc(0);
    const header = { raw: kept, section };
    const author = authorOf(section);
    const dkim = verifyMessage(header, { dns, now: question.now, hashes });
    const arc = verifyChain(header, { dns, hashes });
    const discovery = author.kind === 'domain' ? discoverPolicy(author.domain, dns) : null;
    return async () => {
      const [spfResult, dkimResults, arcResult, discovered] = await Promise.all([
        spf,
        dkim.finish(),
        arc.finish(),
        discovery,
      ]);
      const identifiers = { spf: spfIdentifier(spfResult), dkim: dkimResults.flatMap(dkimIdentifier) };
      const dmarc = discovered === null ? null : await evaluateDmarc(discovered, identifiers);
      const vouched =
        author.kind === 'domain' && sealerVouches(arcResult.sets, question.trustedSealers, author.domain);
      return { author, spf: spfResult, dkim: dkimResults, dmarc, arc: arcResult, vouched };
    };
  }

  return {
    header(raw, section) {
      finishHeader = startHeader(raw, section);
    },
    body: (chunk) => hashes.write(chunk),
    async finish() {
      const timer = setTimeout(() => over.resolve(), answerMs);
      try {
        // A message that ended before its header was complete has none.
        finishHeader ??= startHeader(Buffer.alloc(0), { fields: [], fieldsEnd: 0, bodyStart: 0 });
        return await finishHeader();
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function spfIdentifier({ verdict, domain }: SpfResult): Identifier | null {
  if (verdict === 'none') return null;
  return {
    domain: domain.toLowerCase(),
    verdict: verdict === 'pass' || verdict === 'temperror' ? verdict : 'other',
  };
}

function dkimIdentifier({ verdict, domain }: DkimResult): Identifier[] {
  if (domain === null) return [];
  return [{ domain, verdict: verdict === 'pass' || verdict === 'temperror' ? verdict : 'other' }];
}
