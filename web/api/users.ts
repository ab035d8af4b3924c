import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { changeUser, createUser, listUsers, resetPassword, type UserView } from '#contract/identity.ts';
import type { Role } from '#contract/permissions.ts';
import { call } from './call.ts';

export type { UserView };

const usersKey = ['users'] as const;

export function useUsers() {
  return useInfiniteQuery({
    queryKey: usersKey,
    queryFn: ({ pageParam }) =>
      call(listUsers, { query: { limit: 100, ...(pageParam === null ? {} : { cursor: pageParam }) } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

export function useCreateUser() {
  return useChange(({ key, ...body }: { displayName: string; email: string; role: Role; key: string }) =>
    call(createUser, { body }, { idempotencyKey: key }),
  );
}

export function useChangeUser() {
  return useChange(
    ({ userId, ...body }: { userId: string; role?: Role; state?: UserView['state']; displayName?: string }) =>
      call(changeUser, { params: { userId }, body }),
  );
}

export function useResetPassword() {
  return useChange((userId: string) => call(resetPassword, { params: { userId } }));
}

function useChange<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: usersKey }) });
}
