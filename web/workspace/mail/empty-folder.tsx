import { Button } from '@mantine/core';
import {
  IconArchive,
  IconInbox,
  IconPencil,
  IconSearch,
  IconSend,
  IconTrash,
  type Icon,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { MailboxRole } from '../../api/jmap/types.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { useCompose } from '../compose/use-compose.ts';

const icons: Record<MailboxRole, Icon> = {
  inbox: IconInbox,
  sent: IconSend,
  drafts: IconPencil,
  archive: IconArchive,
  trash: IconTrash,
  junk: IconInbox,
};

interface EmptyFolderProps {
  role: MailboxRole | null;
  /** Something is searched or filtered for. */
  narrowed: boolean;
  onWiden: () => void;
}

/** What an empty list says: that nothing matches, or what will be here. */
export function EmptyFolder({ role, narrowed, onWiden }: EmptyFolderProps) {
  const { t } = useTranslation();
  const compose = useCompose();
  if (narrowed) {
    return (
      <EmptyState
        icon={IconSearch}
        action={
          <Button variant="default" onClick={onWiden}>
            {t('empty.showAll')}
          </Button>
        }
      >
        {t('empty.nothingFound')}
      </EmptyState>
    );
  }
  const writes = role === 'inbox' || role === 'sent' || role === 'drafts';
  return (
    <EmptyState
      icon={icons[role ?? 'inbox']}
      action={writes && <Button onClick={() => compose.open({ kind: 'new' })}>{t('empty.write')}</Button>}
    >
      {t(`empty.${role ?? 'junk'}`)}
    </EmptyState>
  );
}
