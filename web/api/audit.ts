import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getAuditCheckpoint, listAuditEvents, type AuditEventView } from '#contract/audit.ts';
import { call } from './call.ts';

export type { AuditEventView };

/** The log, newest first. Reading it is recorded, so it is not read again by itself. */
export function useAuditEvents() {
  return useInfiniteQuery({
    queryKey: ['audit', 'events'],
    queryFn: ({ pageParam }) =>
      call(listAuditEvents, { query: { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: Infinity,
  });
}

export function useAuditCheckpoint() {
  return useQuery({
    queryKey: ['audit', 'checkpoint'],
    queryFn: () => call(getAuditCheckpoint),
    staleTime: Infinity,
    retry: false,
  });
}
