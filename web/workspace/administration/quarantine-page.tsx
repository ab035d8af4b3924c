import { IconShieldCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useQuarantine } from '../../api/quarantine.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { MoreButton } from '../shell/more-button.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { useTitle } from '../shell/use-title.ts';
import { QuarantineRow } from './quarantine-row.tsx';
import { ListTable } from './list-table.tsx';
import styles from './users-page.module.css';

/** Received mail that waits for somebody to decide. */
export function QuarantinePage() {
  const { t } = useTranslation();
  useTitle(t('rail.quarantine'));
  const quarantine = useQuarantine();
  const held = quarantine.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <main>
      <PageHeader title={t('rail.quarantine')} />
      <div className={`${settingsStyles.page} ${styles.wide}`}>
        <p>{t('quarantine.lead')}</p>
        <ListTable
          list={quarantine}
          columns={[t('quarantine.message'), t('quarantine.why')]}
          empty={<EmptyState icon={IconShieldCheck}>{t('quarantine.empty')}</EmptyState>}
        >
          {held.map((message) => (
            <QuarantineRow key={message.messageId} message={message} />
          ))}
        </ListTable>
        <MoreButton list={quarantine} />
      </div>
    </main>
  );
}
