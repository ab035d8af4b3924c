import { Skeleton } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useTlsReports } from '../../api/tls-reports.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { MoreButton } from '../shell/more-button.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useTitle } from '../shell/use-title.ts';
import { ForgetDomain } from './forget-domain.tsx';
import { TlsReportRow } from './tls-report-row.tsx';
import styles from './users-page.module.css';

/** Who could not reach us securely, in words. */
export function ReachPage() {
  const { t } = useTranslation();
  useTitle(t('rail.reach'));
  const words = useFailureWords();
  const reports = useTlsReports();
  const rows = reports.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <main>
      <PageHeader title={t('rail.reach')} />
      <div className={`${settingsStyles.page} ${styles.wide}`}>
        <p>{t('reach.lead')}</p>
        {reports.isPending && <Skeleton height={200} />}
        {reports.isError && (
          <ErrorNotice message={words(failureOf(reports.error))} onRetry={() => void reports.refetch()} />
        )}
        {reports.data && rows.length === 0 && (
          <EmptyState icon={IconPlugConnected}>{t('reach.empty')}</EmptyState>
        )}
        {rows.length > 0 && (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t('reach.who')}</th>
                <th scope="col">{t('reach.how')}</th>
                <th scope="col">{t('reach.state')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((report) => (
                <TlsReportRow key={report.reportId} report={report} />
              ))}
            </tbody>
          </table>
        )}
        <MoreButton list={reports} />
        <ForgetDomain />
      </div>
    </main>
  );
}
