import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import { formatIntent, type ComposeIntent } from './intent.ts';

interface Compose {
  /** A new step in the history, so that Back closes the window; a draft is kept. */
  open: (intent: ComposeIntent) => void;
  /** The same window, known by another address from now on. */
  rename: (intent: ComposeIntent) => void;
  close: () => void;
}

/** Opens and closes the window for writing, by way of the address. */
export function useCompose(): Compose {
  const navigate = useNavigate();
  return useMemo(() => {
    const change = (value: string | null, replace: boolean) => {
      const { pathname, search, hash } = window.location;
      const params = new URLSearchParams(search);
      if (value === null) params.delete('compose');
      else params.set('compose', value);
      void navigate({ pathname, search: params.toString(), hash }, { replace, preventScrollReset: true });
    };
    return {
      open: (intent) => change(formatIntent(intent), false),
      rename: (intent) => change(formatIntent(intent), true),
      close: () => change(null, true),
    };
  }, [navigate]);
}
