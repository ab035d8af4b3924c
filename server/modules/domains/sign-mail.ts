import type { OrganizationId } from '#contract/ids.ts';
import { createExpiringCache } from '#platform/cache/expiring-cache.ts';
import { importSigningKey, signMessage, type SigningKey } from '#protocols/dkim/index.ts';
import { authorOf } from '#protocols/dmarc/index.ts';
import { parseHeaderSection } from '#protocols/mime/index.ts';
import { selectKeys } from './dkim-key-store.ts';
import { findProven } from './domain-store.ts';
import type { DomainsPorts } from './ports.ts';
import { privateKeyPurpose } from './rotate-dkim-keys.ts';
import { sealMail } from './seal-mail.ts';

export interface MailSigner {
  /**
   * The message with a signature of each key that signs for the domain of its author, on top; as it was where there
   * is none, or where the domain is not the organisation's. Keys are at most 30 s old.
   */
  sign(organizationId: OrganizationId, message: Buffer): Promise<Buffer>;
  /** What was found out about a received message, sealed with a key of this domain of the organisation (RFC 8617); see `sealMail`. */
  seal(organizationId: OrganizationId, domain: string, message: Buffer): Promise<Buffer>;
  /** Keys of the domain have changed. */
  forget(organizationId: OrganizationId, domain: string): void;
}

const none: readonly SigningKey[] = [];

export function createMailSigner({
  database,
  keyring,
  clock,
  hostname,
}: Pick<DomainsPorts, 'database' | 'keyring' | 'clock' | 'hostname'>): MailSigner {
  const keyOf = (organizationId: OrganizationId, domain: string) => `${organizationId} ${domain}`;
  const keys = createExpiringCache<string, readonly SigningKey[]>({
    keepMs: 30_000,
    capacity: 1_000,
    async load(key) {
      const [organization = '', domain = ''] = key.split(' ');
      const organizationId = organization as OrganizationId; // written by keyOf
      const stored = await database.inTenant(organizationId, async (tx) => {
        const proven = await findProven(tx, domain);
        return proven === undefined ? [] : selectKeys(tx, organizationId, proven.domainId);
      });
      const opened = await Promise.all(
        stored.map(async ({ selector, algorithm, state, privateSealed }) =>
          state !== 'signing' || privateSealed === null
            ? []
            : {
                domain,
                selector,
                algorithm,
                key: importSigningKey(await keyring.open(organizationId, privateKeyPurpose, privateSealed)),
              },
        ),
      );
      return opened.flat();
    },
  });

  return {
    async sign(organizationId, message) {
      const domain = authorDomainOf(message);
      const signing = domain === null ? none : await keys.of(keyOf(organizationId, domain));
      if (signing.length === 0) return message;
      const signed = await signMessage(message, signing, clock.now());
      return signed.ok ? Buffer.concat([signed.fields, message]) : message;
    },
    seal: async (organizationId, domain, message) =>
      sealMail(message, {
        keys: await keys.of(keyOf(organizationId, domain.toLowerCase())),
        hostname,
        now: clock.now(),
      }),
    forget: (organizationId, domain) => keys.forget(keyOf(organizationId, domain)),
  };
}

/** Null where there is not exactly one author's domain: nobody could say which one answers for it. */
function authorDomainOf(message: Buffer): string | null {
  const parsed = parseHeaderSection(message);
  const author = parsed.ok ? authorOf(parsed.section) : null;
  return author?.kind === 'domain' ? author.domain : null;
}
