import { createContext, useContext } from 'react';
import type { Permission } from '#contract/permissions.ts';
import type { SessionView } from '../../api/session.ts';

export const SessionContext = createContext<SessionView | null>(null);

/** Who is signed in. Only below {@link SignedIn}. */
export function useSignedIn(): SessionView {
  const session = useContext(SessionContext);
  if (!session) throw new Error('Used outside a session');
  return session;
}

/** Whether this person may; the server decides again with each request. */
export function useMay(permission: Permission): boolean {
  return useSignedIn().permissions.includes(permission);
}

/** Whether this person may write to anybody: to whom, the server says of each recipient. */
export function useMaySend(): boolean {
  const toColleagues = useMay('message.send.internal');
  const toOthers = useMay('message.send.external');
  return toColleagues || toOthers;
}
