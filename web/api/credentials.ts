import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  changePassword,
  createApiKey,
  createAppPassword,
  endSession,
  listApiKeys,
  listAppPasswords,
  listSessions,
  revokeApiKey,
  revokeAppPassword,
  signOutEverywhere,
} from '#contract/identity.ts';
import type { Permission } from '#contract/permissions.ts';
import { call } from './call.ts';

const keys = {
  appPasswords: ['app-passwords'],
  apiKeys: ['api-keys'],
  sessions: ['sessions'],
} as const;

export const useAppPasswords = () =>
  useQuery({ queryKey: keys.appPasswords, queryFn: () => call(listAppPasswords) });
export const useApiKeys = () => useQuery({ queryKey: keys.apiKeys, queryFn: () => call(listApiKeys) });
export const useSessions = () => useQuery({ queryKey: keys.sessions, queryFn: () => call(listSessions) });

export const useCreateAppPassword = () =>
  useChange(keys.appPasswords, ({ name, key }: { name: string; key: string }) =>
    call(createAppPassword, { body: { name } }, { idempotencyKey: key }),
  );

export const useRevokeAppPassword = () =>
  useChange(keys.appPasswords, (appPasswordId: string) =>
    call(revokeAppPassword, { params: { appPasswordId } }),
  );

export const useCreateApiKey = () =>
  useChange(
    keys.apiKeys,
    ({ key, ...body }: { name: string; scopes: Permission[]; expiresInDays: number; key: string }) =>
      call(createApiKey, { body }, { idempotencyKey: key }),
  );

export const useRevokeApiKey = () =>
  useChange(keys.apiKeys, (apiKeyId: string) => call(revokeApiKey, { params: { apiKeyId } }));

export const useEndSession = () =>
  useChange(keys.sessions, (sessionId: string) => call(endSession, { params: { sessionId } }));

export const useSignOutEverywhere = () => useMutation({ mutationFn: () => call(signOutEverywhere) });

export const useChangePassword = () =>
  useChange(keys.sessions, (body: { currentPassword: string; newPassword: string }) =>
    call(changePassword, { body }),
  );

function useChange<Input, Output>(
  queryKey: readonly string[],
  mutationFn: (input: Input) => Promise<Output>,
) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey }) });
}
