import { Button, Skeleton } from '@mantine/core';
import { IconPlus, IconServer } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useRelays, type RelayView } from '../../api/gateway.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { OneTimeSecret } from '../settings/one-time-secret.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { PageHeader } from '../shell/page-header.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useTitle } from '../shell/use-title.ts';
import { RelayDialog } from './relay-dialog.tsx';
import { RelayRow } from './relay-row.tsx';
import styles from './users-page.module.css';

/** Servers of the organisation that may send through this one. */
export function RelaysPage() {
  const { t } = useTranslation();
  useTitle(t('rail.relays'));
  const words = useFailureWords();
  const relays = useRelays();
  const [editing, setEditing] = useState<RelayView | 'new' | null>(null);
  const [secret, setSecret] = useState<{ name: string; token: string } | null>(null);
  const items = relays.data?.items ?? [];
  const show = ({ name, token }: { name: string; token: string | null }) => {
    if (token !== null) setSecret({ name, token });
  };

  return (
    <main>
      <PageHeader title={t('rail.relays')}>
        <Button
          leftSection={<IconPlus size={17} stroke={1.8} aria-hidden />}
          onClick={() => setEditing('new')}
        >
          {t('relays.add')}
        </Button>
      </PageHeader>
      <div className={`${settingsStyles.page} ${styles.wide}`}>
        <p className={settingsStyles.lead}>{t('relays.lead')}</p>
        {secret && (
          <section className={settingsStyles.section}>
            <OneTimeSecret secret={secret.token}>{t('relays.secret', { name: secret.name })}</OneTimeSecret>
          </section>
        )}
        {relays.isPending && <Skeleton height={200} />}
        {relays.isError && (
          <ErrorNotice message={words(failureOf(relays.error))} onRetry={() => void relays.refetch()} />
        )}
        {relays.data && items.length === 0 && <EmptyState icon={IconServer}>{t('relays.empty')}</EmptyState>}
        {items.length > 0 && (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t('relays.server')}</th>
                <th scope="col">{t('relays.known')}</th>
                <th scope="col">
                  <span className="said">{t('users.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((relay) => (
                <RelayRow
                  key={relay.relayId}
                  relay={relay}
                  onChange={() => setEditing(relay)}
                  onSecret={show}
                />
              ))}
            </tbody>
          </table>
        )}
      </div>
      {editing !== null && (
        <RelayDialog
          relay={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onSaved={show}
        />
      )}
    </main>
  );
}
