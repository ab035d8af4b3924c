import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';
import type { Mailbox } from '../../api/jmap/types.ts';
import { failureOf } from '../../api/failure.ts';
import { useMoveThread, useUndoMove } from '../../api/mail/actions.ts';
import { useMailboxes } from '../../api/mail/queries.ts';
import { useToast } from '../shell/use-toast.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { folderPath } from './folder.ts';

type Target = 'archive' | 'trash' | 'inbox';

/** Moves a thread out of a mailbox, goes back to the list, and offers to undo. */
export function useMoveWithUndo(mailbox: Mailbox): (threadId: string, role: Target) => void {
  const { t } = useTranslation();
  const { search, hash } = useLocation();
  const navigate = useNavigate();
  const mailboxes = useMailboxes();
  const move = useMoveThread();
  const undo = useUndoMove();
  const toast = useToast();
  const words = useFailureWords();

  return (threadId, role) => {
    const target = mailboxes.data?.find((candidate) => candidate.role === role);
    if (!target) return;
    const next = neighbourOf(threadId);
    void navigate(`${folderPath(mailbox)}${search}${hash}`);
    next?.focus();
    // A promise, not callbacks: by then the list has taken the place of the thread.
    move
      .mutateAsync({ threadId, from: mailbox.id, to: target.id })
      .then((moved) => toast.withAction(t(`moved.${role}`), t('moved.undo'), () => undo.mutate(moved)))
      .catch((error: unknown) => toast.failed(words(failureOf(error))));
  };
}

/** The row after a thread's, or before it at the end: where the keyboard goes on when it is gone. */
function neighbourOf(threadId: string): HTMLElement | undefined {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-thread]')];
  const at = rows.findIndex((row) => row.dataset['thread'] === threadId);
  return at === -1 ? undefined : (rows[at + 1] ?? rows[at - 1]);
}
