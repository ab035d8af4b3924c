import { Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useOrganization } from '../../api/organization.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { PageHeader } from '../shell/page-header.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useTitle } from '../shell/use-title.ts';
import { OrganizationForm } from './organization-form.tsx';

/** What the organisation decides for itself. */
export function OrganizationPage() {
  const { t } = useTranslation();
  useTitle(t('rail.organization'));
  const words = useFailureWords();
  const organization = useOrganization();
  return (
    <main>
      <PageHeader title={t('rail.organization')} />
      <div className={settingsStyles.page}>
        <p className={settingsStyles.lead}>{t('organization.lead')}</p>
        {organization.isPending && <Skeleton height={300} />}
        {organization.isError && (
          <ErrorNotice
            message={words(failureOf(organization.error))}
            onRetry={() => void organization.refetch()}
          />
        )}
        {organization.data && (
          <OrganizationForm
            key={organization.data.revision}
            settings={organization.data.settings}
            revision={organization.data.revision}
            onStale={() => void organization.refetch()}
          />
        )}
      </div>
    </main>
  );
}
