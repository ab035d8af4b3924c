import type { OrganizationId } from '#contract/ids.ts';
import type { ForwardDoubt } from '#modules/domains/index.ts';
import { isAtLeast } from '#contract/protection.ts';
import type { RecipientChoice } from './choice.ts';
import type { ProtectionModule } from './module.ts';

/** Which of these addresses mail could not go on to over verified TLS, as their domains stand now. Asks their servers. */
export async function forwardDoubts(
  choose: ProtectionModule['choose'],
  organizationId: OrganizationId,
  addresses: readonly string[],
): Promise<ForwardDoubt[]> {
  const decision = { floor: 'tls-verified' as const, rules: [] };
  const choices = await choose({ organizationId, recipients: addresses, decision });
  return choices.flatMap((choice) => {
    const because = doubtOf(choice);
    return because === null ? [] : [{ address: choice.address, because }];
  });
}

function doubtOf({ problem, reason, candidates, verdict }: RecipientChoice): string | null {
  if (problem !== null) return reason;
  const isProven = candidates.some(
    ({ protection, possible }) =>
      possible && protection.startsWith('tls-') && isAtLeast(protection, 'tls-verified'),
  );
  if (verdict === 'internal' || isProven) return null;
  return candidates.find(({ protection }) => protection === 'tls-verified')?.because ?? reason;
}
