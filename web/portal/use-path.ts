import { useSyncExternalStore } from 'react';

/** A page of the portal. */
export type Place =
  | { page: 'link'; token: string }
  | { page: 'inbox' }
  | { page: 'message'; offerId: string }
  | { page: 'ask'; slug: string | null };

/** What an address leads to. */
export function parsePlace(pathname: string): Place {
  const [first, second, third] = pathname.split('/').filter((part) => part !== '');
  if (first === 'p' && second !== undefined) return { page: 'link', token: second };
  if (second === 'messages')
    return third === undefined ? { page: 'inbox' } : { page: 'message', offerId: third };
  return { page: 'ask', slug: second ?? null };
}

/** Goes to another page without loading anything. */
export function go(path: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') window.history.pushState(null, '', path);
  else window.history.replaceState(null, '', path);
  window.dispatchEvent(new PopStateEvent('popstate'));
  window.scrollTo(0, 0);
}

export function usePath(): string {
  return useSyncExternalStore(watch, () => window.location.pathname);
}

function watch(changed: () => void): () => void {
  window.addEventListener('popstate', changed);
  return () => window.removeEventListener('popstate', changed);
}
