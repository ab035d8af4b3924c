import { useInfiniteQuery } from '@tanstack/react-query';
import { listTlsReports, type TlsReportView } from '#contract/deliverability.ts';
import { call } from './call.ts';

export type { TlsReportView };

/** What others report of reaching us securely, newest first. */
export function useTlsReports() {
  return useInfiniteQuery({
    queryKey: ['tls-reports'],
    queryFn: ({ pageParam }) =>
      call(listTlsReports, { query: { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}
