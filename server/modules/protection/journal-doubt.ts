import type { OrganizationId } from '#contract/ids.ts';
import { isAtLeast } from '#contract/protection.ts';
import type { ProtectionModule } from './module.ts';

/**
 * Why copies for an archive could not go to this address over verified TLS; null where they could. A mailbox of this
 * server is none: copies of copies would come. Asks the servers of its domain.
 */
export async function journalDoubt(
  choose: ProtectionModule['choose'],
  organizationId: OrganizationId,
  address: string,
): Promise<string | null> {
  const decision = { floor: 'tls-verified' as const, rules: [] };
  const [choice] = await choose({ organizationId, recipients: [address], decision });
  if (choice === undefined || choice.verdict === 'internal')
    return 'it is at this server. Name a mailbox of an archive, or of a server of your own.';
  const isProven = choice.candidates.some(
    ({ protection, possible }) =>
      possible && protection.startsWith('tls-') && isAtLeast(protection, 'tls-verified'),
  );
  return isProven ? null : choice.reason;
}
