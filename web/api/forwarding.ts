import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import {
  changeForwarding,
  createForwarding,
  deleteForwarding,
  listForwardings,
  NewForwarding,
  type ForwardingView,
  type SavedForwarding,
} from '#contract/forwarding.ts';
import { call } from './call.ts';

export { NewForwarding };
export type { ForwardingView, SavedForwarding };

const forwardingsKey = ['forwardings'] as const;

export function useForwardings() {
  return useInfiniteQuery({
    queryKey: forwardingsKey,
    queryFn: ({ pageParam }) =>
      call(listForwardings, { query: { limit: 100, ...(pageParam === null ? {} : { cursor: pageParam }) } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

function useForwardingChange<Given, Answer>(mutationFn: (given: Given) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => client.invalidateQueries({ queryKey: forwardingsKey }),
  });
}

interface Saving {
  /** Null for a new one. */
  forwardingId: string | null;
  forwarding: NewForwarding;
  /** Of a new one: the same key never creates twice. */
  key: string;
}

export const useSaveForwarding = () =>
  useForwardingChange(({ forwardingId, forwarding: { address, ...rest }, key }: Saving) =>
    forwardingId === null
      ? call(createForwarding, { body: { address, ...rest } }, { idempotencyKey: key })
      : call(changeForwarding, { params: { forwardingId }, body: rest }),
  );

export const useDeleteForwarding = () =>
  useForwardingChange((forwardingId: string) => call(deleteForwarding, { params: { forwardingId } }));
