import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import {
  getQueue,
  listQueued,
  pauseQueue,
  resumeQueue,
  retryDelivery,
  type PauseScope,
  type QueuedDelivery,
  type QueueDestination,
  type QueuePause,
} from '#contract/queue.ts';
import { call } from './call.ts';

export type { PauseScope, QueuedDelivery, QueueDestination, QueuePause };

const queueKey = ['queue'] as const;
const refreshMs = 10_000;

/** The queue at a glance, a page of destinations at a time; it moves, so it is read again by itself. */
export function useQueue() {
  return useInfiniteQuery({
    queryKey: [...queueKey, 'glance'],
    queryFn: ({ pageParam }) =>
      call(getQueue, { query: { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: refreshMs,
  });
}

/** What waits for one destination; without one, what is held for a person. */
export function useQueued(destination: string | undefined) {
  return useInfiniteQuery({
    queryKey: [...queueKey, 'deliveries', destination ?? 'held'],
    queryFn: ({ pageParam }) =>
      call(listQueued, {
        query: {
          limit: 50,
          ...(destination === undefined ? {} : { destination }),
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: refreshMs,
  });
}

export function usePauseQueue() {
  return useChange((body: { what: PauseScope; reason: string }) => call(pauseQueue, { body }));
}

export function useResumeQueue() {
  return useChange((what: PauseScope) => call(resumeQueue, { body: { what } }));
}

export function useRetryDelivery() {
  return useChange((deliveryId: string) => call(retryDelivery, { params: { deliveryId } }));
}

function useChange<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: queueKey }) });
}
