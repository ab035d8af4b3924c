import type { TlsSession } from './tls-session.ts';

/** Sessions counted in memory until they are taken; at most so many different ones, then further kinds are left out. */
const mostKinds = 20_000;

export interface SessionCount {
  add(session: TlsSession): void;
  take(): { readonly session: TlsSession; readonly times: number }[];
}

export function createSessionCount(): SessionCount {
  let counted = new Map<string, { session: TlsSession; times: number }>();
  return {
    add(session) {
      const key = JSON.stringify(session);
      const entry = counted.get(key);
      if (entry !== undefined) entry.times += 1;
      else if (counted.size < mostKinds) counted.set(key, { session, times: 1 });
    },
    take() {
      const taken = [...counted.values()];
      counted = new Map();
      return taken;
    },
  };
}
