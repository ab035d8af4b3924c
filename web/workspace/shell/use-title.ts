import { useEffect } from 'react';

/** The title of the browser's tab. Never anything of a message: titles end up in histories. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · carepost`;
  }, [title]);
}
