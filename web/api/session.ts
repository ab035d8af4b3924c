import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ProblemError } from '#contract/client.ts';
import { getSession, signIn, signOut, touchSession, type SessionView } from '#contract/identity.ts';
import { call, callPassively } from './call.ts';

export type { SessionView };

const sessionKey = ['session'] as const;

/** Who is signed in; null when nobody is. */
export function useSession() {
  return useQuery({ queryKey: sessionKey, queryFn: readSession, staleTime: Infinity });
}

async function readSession(): Promise<SessionView | null> {
  try {
    return await call(getSession, { query: {} });
  } catch (error) {
    if (error instanceof ProblemError && error.problem.status === 401) return null;
    throw error;
  }
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { email: string; password: string }) => call(signIn, { body }),
    onSuccess: (session) => {
      client.clear();
      client.setQueryData(sessionKey, session);
    },
  });
}

/** Whoever signs out also leaves the page and then calls {@link forget}. */
export function useSignOut() {
  return useMutation({ mutationFn: () => call(signOut) });
}

/** Takes everything that was read out of memory: nothing of a patient stays behind a sign-out. */
export function forget(client: ReturnType<typeof useQueryClient>): void {
  client.clear();
  client.setQueryData(sessionKey, null);
}

/** Seconds left until the idle limit, asked without counting as activity; null when it has ended. */
export async function secondsLeft(): Promise<number | null> {
  const view = await callPassively(getSession, { query: { peek: 'true' } });
  return view.session?.idleRemainingSeconds ?? null;
}

/** A person is still here. Answers the seconds until the new idle limit. */
export async function stay(): Promise<number | null> {
  const view = await call(touchSession);
  return view.session?.idleRemainingSeconds ?? null;
}
