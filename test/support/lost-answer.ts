import type { OrganizationId } from '#contract/ids.ts';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';
import type { Database, Tx } from '#platform/database/database.ts';

/** A database that commits, and whose answer to a commit is lost from `lose` on: the connection broke just then. */
export function losingAnswers(database: Database): Database & { lose(): void } {
  let lost = false;
  return {
    ...database,
    lose: () => {
      lost = true;
    },
    async inTenant<T>(organizationId: OrganizationId, work: (tx: Tx) => Promise<T>): Promise<T> {
      const answer = await database.inTenant(organizationId, work);
      if (lost) throw new DatabaseUnavailable();
      return answer;
    },
  };
}
