import { Button } from '@mantine/core';
import { IconMailForward, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useForwardings, type ForwardingView, type SavedForwarding } from '../../api/forwarding.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { MoreButton } from '../shell/more-button.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { useTitle } from '../shell/use-title.ts';
import { ForwardingDialog } from './forwarding-dialog.tsx';
import { ForwardingRow } from './forwarding-row.tsx';
import { ListTable } from './list-table.tsx';
import styles from './users-page.module.css';

/** Addresses of the organisation whose mail goes on to others. */
export function ForwardingsPage() {
  const { t } = useTranslation();
  useTitle(t('rail.forwarding'));
  const forwardings = useForwardings();
  const [editing, setEditing] = useState<ForwardingView | 'new' | null>(null);
  const [saved, setSaved] = useState<SavedForwarding | null>(null);
  const items = forwardings.data?.pages.flatMap((page) => page.items) ?? [];
  const isThere = items.some(({ forwardingId }) => forwardingId === saved?.forwardingId);

  return (
    <main>
      <PageHeader title={t('rail.forwarding')}>
        <Button
          leftSection={<IconPlus size={17} stroke={1.8} aria-hidden />}
          onClick={() => setEditing('new')}
        >
          {t('forwarding.add')}
        </Button>
      </PageHeader>
      <div className={`${settingsStyles.page} ${styles.wide}`}>
        <p className={settingsStyles.lead}>{t('forwarding.lead')}</p>
        {saved !== null && isThere && saved.doubts.length > 0 && (
          <Notice tone="wait" announce="status">
            <p>{t('forwarding.doubts', { address: saved.address })}</p>
            {saved.doubts.map(({ address, because }) => (
              <p key={address}>{t('forwarding.doubt', { address, because })}</p>
            ))}
          </Notice>
        )}
        <ListTable
          list={forwardings}
          columns={[t('forwarding.address'), t('forwarding.goesTo')]}
          empty={<EmptyState icon={IconMailForward}>{t('forwarding.empty')}</EmptyState>}
        >
          {items.map((forwarding) => (
            <ForwardingRow
              key={forwarding.forwardingId}
              forwarding={forwarding}
              onChange={() => setEditing(forwarding)}
            />
          ))}
        </ListTable>
        <MoreButton list={forwardings} />
      </div>
      {editing !== null && (
        <ForwardingDialog
          forwarding={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onSaved={setSaved}
        />
      )}
    </main>
  );
}
