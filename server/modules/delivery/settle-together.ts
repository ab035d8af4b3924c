import type { OrganizationId } from '#contract/ids.ts';
import type { DeliveryPorts } from './ports.ts';
import { settleAttempts, type EndedAttempt } from './settle-attempts.ts';

/** What one conversation came to. */
export interface EndedGroup {
  readonly organizationId: OrganizationId;
  readonly ended: readonly EndedAttempt[];
}

/**
 * Conversations that end at the same time are written together, one transaction an organisation. When
 * one cannot be written with the others, each is tried by itself; those that fail are in the answer.
 */
export async function settleTogether(
  ports: DeliveryPorts,
  groups: readonly EndedGroup[],
): Promise<ReadonlyMap<EndedGroup, { readonly error: unknown }>> {
  const failures = new Map<EndedGroup, { error: unknown }>();
  const attempt = (
    organizationId: OrganizationId,
    some: readonly EndedGroup[],
  ): Promise<{ error: unknown } | undefined> =>
    settleAttempts(
      ports,
      organizationId,
      some.flatMap(({ ended }) => ended),
    ).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
  await Promise.all(
    [...Map.groupBy(groups, ({ organizationId }) => organizationId)].map(async ([organizationId, some]) => {
      const together = await attempt(organizationId, some);
      if (together === undefined) return;
      for (const one of some) {
        const failure = some.length === 1 ? together : await attempt(organizationId, [one]);
        if (failure !== undefined) failures.set(one, failure);
      }
    }),
  );
  return failures;
}
