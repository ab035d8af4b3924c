import type { Database } from '#platform/database/database.ts';
import { rememberedForMs } from './evidence-book.ts';
import { deleteForgottenDomains } from './evidence-store.ts';
import { deleteForgottenBefore } from './forgotten-store.ts';
import { deleteEndedPolicies } from './sts-policy-store.ts';

/** Removes domains whose memory has ended, and policies that are over. Returns how many rows went. */
export async function forgetOldEvidence(database: Database, now: Date): Promise<number> {
  return await database.acrossTenants(async (tx) => {
    const domains = await deleteForgottenDomains(tx, new Date(now.getTime() - rememberedForMs));
    const forgotten = await deleteForgottenBefore(tx, new Date(now.getTime() - rememberedForMs));
    return domains + forgotten + (await deleteEndedPolicies(tx, now));
  });
}
