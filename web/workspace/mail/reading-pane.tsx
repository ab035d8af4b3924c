import { Skeleton } from '@mantine/core';
import { IconMailOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import type { Mailbox } from '../../api/jmap/types.ts';
import { useMailboxes, useThread } from '../../api/mail/queries.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import styles from './reading-pane.module.css';
import { ThreadBar } from './thread-bar.tsx';
import { ThreadMessages } from './thread-messages.tsx';
import { shownOfThread } from './thread.ts';

/** The chosen thread, with what can be done with it. */
export function ReadingPane({ mailbox, threadId }: { mailbox: Mailbox; threadId: string }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const thread = useThread(threadId);
  const mailboxes = useMailboxes();
  const emails = shownOfThread(thread.data ?? [], mailbox, mailboxes.data ?? []);

  return (
    <>
      <ThreadBar mailbox={mailbox} threadId={threadId} last={emails.at(-1)} emails={emails} />
      <div className={styles.scroll} tabIndex={-1}>
        <div className={styles.read}>
          {thread.isPending && <ReadingSkeleton />}
          {thread.isError && (
            <ErrorNotice message={words(failureOf(thread.error))} onRetry={() => void thread.refetch()} />
          )}
          {thread.isSuccess && emails.length === 0 && (
            <EmptyState icon={IconMailOff}>{t('read.gone')}</EmptyState>
          )}
          {emails.length > 0 && <ThreadMessages emails={emails} mailboxId={mailbox.id} />}
        </div>
      </div>
    </>
  );
}

function ReadingSkeleton() {
  return (
    <div aria-hidden>
      <Skeleton height={22} width="55%" mb="md" />
      <Skeleton height={30} width={30} circle mb="md" />
      {[92, 85, 96, 60].map((width) => (
        <Skeleton key={width} height={13} width={`${width}%`} mb="sm" />
      ))}
    </div>
  );
}
