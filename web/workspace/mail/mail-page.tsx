import { IconMailOpened } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useMailboxes } from '../../api/mail/queries.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { NotFoundPage } from '../shell/not-found-page.tsx';
import { useTitle } from '../shell/use-title.ts';
import { findFolder, folderName } from './folder.ts';
import { ListSkeleton } from './list-skeleton.tsx';
import styles from './mail-page.module.css';
import { MessageList } from './message-list.tsx';
import { ReadingPane } from './reading-pane.tsx';

/** A mailbox: its list, and the chosen thread beside it (in its place where it is narrow). */
export function MailPage() {
  const { t } = useTranslation();
  const { folder = 'inbox', threadId } = useParams();
  const mailboxes = useMailboxes();
  const mailbox = mailboxes.data && findFolder(mailboxes.data, folder);
  const name = mailbox ? folderName(mailbox, t) : t('rail.mail');
  useTitle(
    mailbox && mailbox.role === 'inbox' && mailbox.unreadEmails > 0
      ? `(${mailbox.unreadEmails}) ${name}`
      : name,
  );

  if (mailboxes.data && !mailbox) return <NotFoundPage />;
  return (
    <main className={styles.mail} data-open={threadId !== undefined}>
      <section className={styles.list} aria-label={name}>
        <h1 className="said">{name}</h1>
        {mailbox ? <MessageList mailbox={mailbox} name={name} threadId={threadId} /> : <ListSkeleton />}
      </section>
      <section className={styles.reading} aria-label={t('read.title')}>
        {mailbox && threadId ? (
          <ReadingPane key={threadId} mailbox={mailbox} threadId={threadId} />
        ) : (
          <EmptyState icon={IconMailOpened}>{t('read.choose')}</EmptyState>
        )}
      </section>
    </main>
  );
}
