import { Button, Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useAuditCheckpoint, useAuditEvents } from '../../api/audit.ts';
import { useEveryPage } from '../../api/every-page.ts';
import { failureOf } from '../../api/failure.ts';
import { useUsers } from '../../api/users.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { useWhen } from '../settings/use-when.ts';
import { MoreButton } from '../shell/more-button.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useNow } from '../shell/use-now.ts';
import { useTitle } from '../shell/use-title.ts';
import { AuditEntry } from './audit-entry.tsx';
import styles from './audit-page.module.css';
import usersStyles from './users-page.module.css';

/** What happened, in plain words, newest first. */
export function AuditPage() {
  const { t } = useTranslation();
  useTitle(t('rail.audit'));
  const words = useFailureWords();
  const when = useWhen();
  const now = useNow(60_000);
  const events = useAuditEvents();
  const checkpoint = useAuditCheckpoint();
  const users = useEveryPage(useUsers());
  const names = new Map(
    users.data?.pages.flatMap(({ items }) => items).map((user) => [user.userId, user.displayName]),
  );
  const entries = events.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <main>
      <PageHeader title={t('rail.audit')}>
        <Button variant="default" loading={events.isRefetching} onClick={() => void events.refetch()}>
          {t('audit.refresh')}
        </Button>
      </PageHeader>
      <div className={`${settingsStyles.page} ${usersStyles.wide}`}>
        <div className={styles.head}>
          <p className={settingsStyles.lead}>{t('audit.lead')}</p>
          {checkpoint.data && (
            <Notice tone="safe">
              {t('audit.checkpoint', { count: checkpoint.data.size, when: when(checkpoint.data.at) })}
            </Notice>
          )}
          {entries.some(({ intact }) => !intact) && (
            <Notice tone="risk" announce="alert">
              {t('audit.broken')}
            </Notice>
          )}
        </div>
        {events.isPending && <Skeleton height={240} />}
        {events.isError && (
          <ErrorNotice message={words(failureOf(events.error))} onRetry={() => void events.refetch()} />
        )}
        <ol className={styles.list} reversed>
          {entries.map((event) => (
            <li key={event.sequence}>
              <AuditEntry event={event} names={names} now={now} />
            </li>
          ))}
        </ol>
        <MoreButton list={events} />
      </div>
    </main>
  );
}
