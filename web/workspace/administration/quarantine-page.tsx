import { Skeleton } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useQuarantine } from '../../api/quarantine.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { MoreButton } from '../shell/more-button.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useTitle } from '../shell/use-title.ts';
import { QuarantineRow } from './quarantine-row.tsx';
import styles from './users-page.module.css';

/** Received mail that waits for somebody to decide. */
export function QuarantinePage() {
  const { t } = useTranslation();
  useTitle(t('rail.quarantine'));
  const words = useFailureWords();
  const quarantine = useQuarantine();
  const held = quarantine.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <main>
      <PageHeader title={t('rail.quarantine')} />
      <div className={`${settingsStyles.page} ${styles.wide}`}>
        <p>{t('quarantine.lead')}</p>
        {quarantine.isPending && <Skeleton height={200} />}
        {quarantine.isError && (
          <ErrorNotice
            message={words(failureOf(quarantine.error))}
            onRetry={() => void quarantine.refetch()}
          />
        )}
        {quarantine.data && held.length === 0 && (
          <EmptyState icon={IconShieldCheck}>{t('quarantine.empty')}</EmptyState>
        )}
        {held.length > 0 && (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t('quarantine.message')}</th>
                <th scope="col">{t('quarantine.why')}</th>
                <th scope="col">
                  <span className="said">{t('users.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {held.map((message) => (
                <QuarantineRow key={message.messageId} message={message} />
              ))}
            </tbody>
          </table>
        )}
        <MoreButton list={quarantine} />
      </div>
    </main>
  );
}
