import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import {
  deleteQuarantined,
  listQuarantine,
  releaseQuarantined,
  type QuarantinedView,
} from '#contract/quarantine.ts';
import { call } from './call.ts';

export type { QuarantinedView };

const quarantineKey = ['quarantine'] as const;

export function useQuarantine() {
  return useInfiniteQuery({
    queryKey: quarantineKey,
    queryFn: ({ pageParam }) =>
      call(listQuarantine, { query: { limit: 100, ...(pageParam === null ? {} : { cursor: pageParam }) } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** Lets a held message go to its recipients, or destroys it. */
export function useSettleQuarantined() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ messageId, how }: { messageId: string; how: 'release' | 'delete' }) =>
      call(how === 'release' ? releaseQuarantined : deleteQuarantined, { params: { messageId } }),
    onSettled: () => client.invalidateQueries({ queryKey: quarantineKey }),
  });
}
