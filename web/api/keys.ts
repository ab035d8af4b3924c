import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  addKeys,
  addOwnKey,
  decideKey,
  findKeys,
  generateOwnKey,
  getKeyPolicy,
  listKeys,
  listOwnKeys,
  lookUpKeys,
  removeKey,
  retireOwnKey,
  setKeyCipher,
  setKeyPolicy,
  type CipherSetting,
  type KeyPolicy,
  type KeyTrust,
  type KnownKeyView,
  type OwnKeyView,
} from '#contract/keys.ts';
import { call } from './call.ts';

export type { CipherSetting, KeyPolicy, KeyTrust, KnownKeyView, OwnKeyView };

const keysKey = ['keys'] as const;
const policyKey = ['key-policy'] as const;
const ownKey = ['own-keys'] as const;

/** All keys, or those of one address. */
export function useKeys(address: string | null) {
  return useInfiniteQuery({
    queryKey: [...keysKey, address],
    queryFn: async ({ pageParam }) =>
      address === null
        ? call(listKeys, { query: { limit: 100, ...(pageParam === null ? {} : { cursor: pageParam }) } })
        : { ...(await call(findKeys, { body: { address } })), nextCursor: null },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** A change of the directory: what is shown of it is asked for again. */
function useDirectoryChange<T, R>(mutationFn: (given: T) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: keysKey }) });
}

export const useAddKeys = () =>
  useDirectoryChange((body: { key: string; trust: boolean }) => call(addKeys, { body }));

export const useLookUpKeys = () =>
  useDirectoryChange((address: string) => call(lookUpKeys, { body: { address } }));

export const useDecideKey = () =>
  useDirectoryChange(({ keyId, trust }: { keyId: string; trust: KeyTrust }) =>
    call(decideKey, { params: { keyId }, body: { trust } }),
  );

export const useSetKeyCipher = () =>
  useDirectoryChange(({ keyId, cipher }: { keyId: string; cipher: CipherSetting }) =>
    call(setKeyCipher, { params: { keyId }, body: { cipher } }),
  );

export const useRemoveKey = () =>
  useDirectoryChange((keyId: string) => call(removeKey, { params: { keyId } }));

export function useKeyPolicy() {
  return useQuery({ queryKey: policyKey, queryFn: () => call(getKeyPolicy) });
}

export function useSetKeyPolicy() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: KeyPolicy) => call(setKeyPolicy, { body }),
    onSettled: () => client.invalidateQueries({ queryKey: policyKey }),
  });
}

export function useOwnKeys() {
  return useQuery({ queryKey: ownKey, queryFn: () => call(listOwnKeys) });
}

function useOwnChange<T, R>(mutationFn: (given: T) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: ownKey }) });
}

export const useGenerateOwnKey = () =>
  useOwnChange((address: string) => call(generateOwnKey, { body: { address } }));

export const useAddOwnKey = () =>
  useOwnChange((body: { address: string; key: string; passphrase: string }) => call(addOwnKey, { body }));

export const useRetireOwnKey = () =>
  useOwnChange((ownKeyId: string) => call(retireOwnKey, { params: { ownKeyId } }));
