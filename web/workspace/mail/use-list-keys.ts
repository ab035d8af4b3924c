import { useNavigate } from 'react-router';
import type { ListedEmail } from '../../api/mail/list-cache.ts';
import { useShortcuts } from '../shell/shortcuts.tsx';
import { useWide } from './use-wide.ts';

/** `j` and `k` go down and up. With room for it the thread opens beside the list, else Enter opens it. */
export function useListKeys(
  rows: readonly ListedEmail[],
  threadId: string | undefined,
  address: (row: ListedEmail) => string,
): void {
  const navigate = useNavigate();
  const wide = useWide();

  const move = (by: 1 | -1) => {
    const focused =
      document.activeElement?.closest<HTMLElement>('[data-thread]')?.dataset['thread'] ?? threadId;
    const from = rows.findIndex((row) => row.threadId === focused);
    const row = rows[from === -1 ? (by === 1 ? 0 : rows.length - 1) : from + by];
    if (!row) return;
    const link = document.querySelector<HTMLElement>(`[data-thread="${CSS.escape(row.threadId)}"]`);
    link?.focus({ preventScroll: false });
    if (wide && !address(row).includes('compose='))
      void navigate(address(row), { replace: threadId !== undefined });
  };
  useShortcuts({ j: () => move(1), k: () => move(-1) });
}
