import { Button } from '@mantine/core';
import { IconPlus, IconServer } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRelays, type RelayView } from '../../api/gateway.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { OneTimeSecret } from '../settings/one-time-secret.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { PageHeader } from '../shell/page-header.tsx';
import { useTitle } from '../shell/use-title.ts';
import { RelayDialog } from './relay-dialog.tsx';
import { RelayRow } from './relay-row.tsx';
import { ListTable } from './list-table.tsx';
import styles from './users-page.module.css';

/** Servers of the organisation that may send through this one. */
export function RelaysPage() {
  const { t } = useTranslation();
  useTitle(t('rail.relays'));
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
        <ListTable
          list={relays}
          columns={[t('relays.server'), t('relays.known')]}
          empty={<EmptyState icon={IconServer}>{t('relays.empty')}</EmptyState>}
        >
          {items.map((relay) => (
            <RelayRow key={relay.relayId} relay={relay} onChange={() => setEditing(relay)} onSecret={show} />
          ))}
        </ListTable>
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
