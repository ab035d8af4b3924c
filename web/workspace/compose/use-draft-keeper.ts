import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { mailKeys } from '../../api/mail/keys.ts';
import { useLatest } from '../../ui/use-latest.ts';
import type { SaveState } from './autosave.ts';
import { DraftKeeper, type Place } from './draft-keeper.ts';

/** The keeper of one window's draft, and where its newest version is. What is unsaved when the window goes is saved then. */
export function useDraftKeeper(
  startId: string | null,
  place: Place,
  onSavedAs: (emailId: string) => void,
): [DraftKeeper, SaveState] {
  const client = useQueryClient();
  const [state, setState] = useState<SaveState>('clean');
  const told = useLatest<((emailId: string) => void) | null>(onSavedAs);
  const [keeper] = useState(
    () =>
      new DraftKeeper({
        startId,
        place,
        onState: setState,
        onSaved: (emailId) => {
          told.current?.(emailId);
          void client.invalidateQueries({ queryKey: mailKeys.lists });
          void client.invalidateQueries({ queryKey: mailKeys.mailboxes });
        },
      }),
  );

  useEffect(
    () => () => {
      told.current = null; // the window is gone: its last save must not bring it back
      keeper.flush().catch(() => {});
    },
    [keeper, told],
  );
  return [keeper, state];
}
