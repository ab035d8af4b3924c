import { Button, Skeleton } from '@mantine/core';
import { IconMailForward, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useForwardings, type ForwardingView, type SavedForwarding } from '../../api/forwarding.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { MoreButton } from '../shell/more-button.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useTitle } from '../shell/use-title.ts';
import { ForwardingDialog } from './forwarding-dialog.tsx';
import { ForwardingRow } from './forwarding-row.tsx';
import styles from './users-page.module.css';

/** Addresses of the organisation whose mail goes on to others. */
export function ForwardingsPage() {
  const { t } = useTranslation();
  useTitle(t('rail.forwarding'));
  const words = useFailureWords();
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
        {forwardings.isPending && <Skeleton height={200} />}
        {forwardings.isError && (
          <ErrorNotice
            message={words(failureOf(forwardings.error))}
            onRetry={() => void forwardings.refetch()}
          />
        )}
        {forwardings.data && items.length === 0 && (
          <EmptyState icon={IconMailForward}>{t('forwarding.empty')}</EmptyState>
        )}
        {items.length > 0 && (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t('forwarding.address')}</th>
                <th scope="col">{t('forwarding.goesTo')}</th>
                <th scope="col">
                  <span className="said">{t('users.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((forwarding) => (
                <ForwardingRow
                  key={forwarding.forwardingId}
                  forwarding={forwarding}
                  onChange={() => setEditing(forwarding)}
                />
              ))}
            </tbody>
          </table>
        )}
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
