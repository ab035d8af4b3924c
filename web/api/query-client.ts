import { QueryClient } from '@tanstack/react-query';
import { isPassing } from './failure.ts';

/** One cache a page load. What a refusal said is not asked again; what passes is, three times. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: false,
        retry: (count, error) => count < 3 && isPassing(error),
        retryDelay: (count) => Math.min(1000 * 2 ** count, 8000),
      },
      mutations: { retry: false },
    },
  });
}
