import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import type { Mailbox } from '../../api/jmap/types.ts';
import { failureOf } from '../../api/failure.ts';
import { rowsOf } from '../../api/mail/list-cache.ts';
import { useEmailList } from '../../api/mail/queries.ts';
import { useSentStates } from '../../api/messages.ts';
import { useLatest } from '../../ui/use-latest.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useNow } from '../shell/use-now.ts';
import { EmptyFolder } from './empty-folder.tsx';
import { folderPath } from './folder.ts';
import { ListBar } from './list-bar.tsx';
import { ListSkeleton } from './list-skeleton.tsx';
import styles from './message-list.module.css';
import { MessageRow } from './message-row.tsx';
import { useListKeys } from './use-list-keys.ts';
import { useListState } from './use-list-state.ts';

/** The threads of a mailbox. More are read as the end comes near. */
export function MessageList({
  mailbox,
  name,
  threadId,
}: {
  mailbox: Mailbox;
  name: string;
  threadId: string | undefined;
}) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const { search, hash } = useLocation();
  const [state, setState] = useListState();
  const list = useEmailList({ mailboxId: mailbox.id, ...state });
  const sentStates = useSentStates(mailbox.role === 'sent');
  const now = useNow(60_000);
  const rows = rowsOf(list.data);
  const total = list.data?.pages[0]?.total ?? 0;
  const end = useNearEnd(() => list.hasNextPage && !list.isFetchingNextPage && void list.fetchNextPage());
  const drafts = mailbox.role === 'drafts';
  const address = (row: { id: string; threadId: string }) =>
    drafts
      ? `${folderPath(mailbox)}?compose=draft-${row.id}`
      : `${folderPath(mailbox)}/${row.threadId}${search}${hash}`;

  useListKeys(rows, threadId, address);

  return (
    <>
      <ListBar name={name} state={state} onChange={setState} total={list.data ? total : null} />
      <div className={styles.scroll} tabIndex={-1}>
        {list.isPending && <ListSkeleton />}
        {list.isError && (
          <div className={styles.pad}>
            <ErrorNotice message={words(failureOf(list.error))} onRetry={() => void list.refetch()} />
          </div>
        )}
        {list.data && rows.length === 0 && (
          <EmptyFolder
            role={mailbox.role}
            narrowed={state.text !== '' || state.unreadOnly}
            onWiden={() => setState({ text: '', unreadOnly: false })}
          />
        )}
        <ul aria-label={name}>
          {rows.map((email) => (
            <li key={email.id}>
              <MessageRow
                email={email}
                mailbox={mailbox}
                sent={sentStates.data?.get(email.id)}
                to={address(email)}
                current={email.threadId === threadId}
                now={now}
              />
            </li>
          ))}
        </ul>
        {list.hasNextPage && (
          <div className={styles.more} ref={end}>
            <Button
              variant="subtle"
              loading={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              {t('list.more')}
            </Button>
          </div>
        )}
      </div>
    </>
  );
}

/** A ref for something at the end of a list; calls when it comes into view. */
function useNearEnd(onNear: () => void) {
  const near = useLatest(onNear);
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const watched = element.current;
    if (!watched) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && near.current(), {
      rootMargin: '400px',
    });
    observer.observe(watched);
    return () => observer.disconnect();
  });
  return element;
}
