import { useCallback, useEffect, useState } from 'react';
import type { Answer } from './request.ts';

/** Asks when the page appears and again on demand; null until there is an answer. `ask` must be stable. */
export function useAnswer<T>(ask: () => Promise<Answer<T>>): [Answer<T> | null, () => void] {
  const [answer, setAnswer] = useState<{ of: () => Promise<Answer<T>>; value: Answer<T> } | null>(null);
  const load = useCallback(() => {
    void ask().then((value) => setAnswer({ of: ask, value }));
  }, [ask]);

  useEffect(load, [load]);
  return [answer?.of === ask ? answer.value : null, load];
}
