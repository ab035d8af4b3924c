import { useState } from 'react';

/** The Idempotency-Key of one thing to be created: kept for retries, renewed once it exists. */
export function useCreationKey(): { current: string; renew: () => void } {
  const [current, setCurrent] = useState(() => crypto.randomUUID());
  return { current, renew: () => setCurrent(crypto.randomUUID()) };
}
