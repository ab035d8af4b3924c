import { JmapError } from '../jmap/jmap-error.ts';
import type { SetResult } from '../jmap/types.ts';

/** Throws the first refusal of a set, so that nothing half-done passes as done. */
export function requireSet(result: SetResult): SetResult {
  const refusal = [result.notCreated, result.notUpdated, result.notDestroyed]
    .flatMap((errors) => Object.values(errors ?? {}))
    .at(0);
  if (refusal) throw JmapError.of(refusal);
  return result;
}
