import { Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useDomain } from '../../api/domains.ts';
import { failureOf } from '../../api/failure.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { PageHeader } from '../shell/page-header.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useTitle } from '../shell/use-title.ts';
import { DomainDestinationForm } from './domain-destination.tsx';
import { DomainKeys } from './domain-keys.tsx';
import { DomainProof } from './domain-proof.tsx';
import { DomainRecords } from './domain-records.tsx';
import { DomainTransport } from './domain-transport.tsx';
import styles from './users-page.module.css';

/** One domain: the proof that it is ours, what to publish for it, and the keys that sign its mail. */
export function DomainPage() {
  const { t } = useTranslation();
  const { domainId = '' } = useParams();
  const words = useFailureWords();
  const domain = useDomain(domainId);
  const title = domain.data?.name ?? t('rail.domains');
  useTitle(title);
  return (
    <main>
      <PageHeader title={title} />
      <div className={`${settingsStyles.page} ${styles.wide}`}>
        <p>
          <Link to="/administration/domains">{t('domains.all')}</Link>
        </p>
        {domain.isPending && <Skeleton height={200} />}
        {domain.isError && (
          <ErrorNotice message={words(failureOf(domain.error))} onRetry={() => void domain.refetch()} />
        )}
        {domain.data && (
          <>
            <DomainProof domain={domain.data} />
            <DomainRecords domain={domain.data} />
            {domain.data.state === 'proven' && (
              <>
                <DomainDestinationForm domain={domain.data} />
                <DomainKeys domainId={domainId} />
                <DomainTransport name={domain.data.name} />
              </>
            )}
          </>
        )}
      </div>
    </main>
  );
}
