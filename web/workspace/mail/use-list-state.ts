import { useCallback, useMemo } from 'react';
import { useLocation, useNavigate } from 'react-router';

export interface ListState {
  /** Search words. They may name a patient, so they live behind `#`, which browsers keep to themselves. */
  text: string;
  unreadOnly: boolean;
}

/** Search and filter, in the address: a reload, a link or the back button brings them back. */
export function useListState(): [ListState, (change: Partial<ListState>) => void] {
  const { search, hash, pathname } = useLocation();
  const navigate = useNavigate();
  const state = useMemo(
    () => ({
      text: new URLSearchParams(hash.slice(1)).get('q') ?? '',
      unreadOnly: new URLSearchParams(search).get('unread') === '1',
    }),
    [search, hash],
  );
  const change = useCallback(
    (next: Partial<ListState>) => {
      const merged = { ...state, ...next };
      const query = new URLSearchParams(search);
      if (merged.unreadOnly) query.set('unread', '1');
      else query.delete('unread');
      void navigate(
        {
          pathname,
          search: query.toString(),
          hash: merged.text === '' ? '' : new URLSearchParams({ q: merged.text }).toString(),
        },
        { replace: true },
      );
    },
    [state, search, pathname, navigate],
  );
  return [state, change];
}
