import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  changeRelay,
  createRelay,
  deleteRelay,
  listRelays,
  NewRelay,
  RelayKind,
  renewRelayToken,
  type RelayView,
} from '#contract/gateway.ts';
import { call } from './call.ts';

export { NewRelay, RelayKind };
export type { RelayView };

const relaysKey = ['relays'] as const;

export function useRelays() {
  return useQuery({ queryKey: relaysKey, queryFn: () => call(listRelays) });
}

function useRelayChange<Given, Answer>(mutationFn: (given: Given) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: relaysKey }) });
}

/** A new one, or, with an id, one as it is to be. */
export const useSaveRelay = () =>
  useRelayChange(({ relayId, relay }: { relayId: string | null; relay: NewRelay }) =>
    relayId === null
      ? call(createRelay, { body: relay })
      : call(changeRelay, { params: { relayId }, body: relay }),
  );

export const useRenewRelayToken = () =>
  useRelayChange((relayId: string) => call(renewRelayToken, { params: { relayId } }));

export const useDeleteRelay = () =>
  useRelayChange((relayId: string) => call(deleteRelay, { params: { relayId } }));
