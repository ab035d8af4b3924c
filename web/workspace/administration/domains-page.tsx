import { Button, Skeleton } from '@mantine/core';
import { IconPlus, IconWorld } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useDomains, type DomainView } from '../../api/domains.ts';
import { failureOf } from '../../api/failure.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Tag } from '../../ui/tag.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { MoreButton } from '../shell/more-button.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useTitle } from '../shell/use-title.ts';
import { NewDomainDialog } from './new-domain-dialog.tsx';
import styles from './users-page.module.css';

/** The domains of the organisation: which are proven, and where their mail goes. */
export function DomainsPage() {
  const { t } = useTranslation();
  useTitle(t('rail.domains'));
  const words = useFailureWords();
  const domains = useDomains();
  const [adding, setAdding] = useState(false);
  const items = domains.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <main>
      <PageHeader title={t('rail.domains')}>
        <Button leftSection={<IconPlus size={17} stroke={1.8} aria-hidden />} onClick={() => setAdding(true)}>
          {t('domains.add')}
        </Button>
      </PageHeader>
      <div className={`${settingsStyles.page} ${styles.wide}`}>
        <p className={settingsStyles.lead}>{t('domains.lead')}</p>
        {domains.isPending && <Skeleton height={200} />}
        {domains.isError && (
          <ErrorNotice message={words(failureOf(domains.error))} onRetry={() => void domains.refetch()} />
        )}
        {domains.data && items.length === 0 && <EmptyState icon={IconWorld}>{t('domains.empty')}</EmptyState>}
        {items.length > 0 && (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t('domains.name')}</th>
                <th scope="col">{t('domains.state')}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((domain) => (
                <DomainRow key={domain.domainId} domain={domain} />
              ))}
            </tbody>
          </table>
        )}
        <MoreButton list={domains} />
      </div>
      <NewDomainDialog opened={adding} onClose={() => setAdding(false)} />
    </main>
  );
}

function DomainRow({ domain: { domainId, name, state, destination } }: { domain: DomainView }) {
  const { t } = useTranslation();
  return (
    <tr>
      <td>
        <Link to={`/administration/domains/${domainId}`}>
          <b>{name}</b>
        </Link>
        <div className={styles.muted}>
          {state === 'unproven'
            ? t('domains.waits')
            : destination === null
              ? t('domains.keptHere')
              : t('domains.passedOn', { host: destination.host })}
        </div>
      </td>
      <td>
        <Tag tone={state === 'proven' ? 'safe' : 'wait'}>{t(`domains.is.${state}`)}</Tag>
      </td>
    </tr>
  );
}
