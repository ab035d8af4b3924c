import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useDeleteForwarding, type ForwardingView } from '../../api/forwarding.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import styles from './users-page.module.css';

interface ForwardingRowProps {
  forwarding: ForwardingView;
  onChange: () => void;
}

/** One address that forwards: where to, what did not succeed, and what can be done about it. */
export function ForwardingRow({ forwarding, onChange }: ForwardingRowProps) {
  const { t, i18n } = useTranslation();
  const { address, targets, keepsCopy, failures, lastFailedAt } = forwarding;
  const when =
    lastFailedAt === null
      ? ''
      : new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' }).format(new Date(lastFailedAt));
  return (
    <tr>
      <td>
        <b>{address}</b>
        {failures > 0 && (
          <div className={styles.warn}>{t('forwarding.failures', { count: failures, when })}</div>
        )}
      </td>
      <td>
        {targets.map((target) => (
          <div key={target}>{target}</div>
        ))}
        {keepsCopy && <div className={styles.muted}>{t('forwarding.copy')}</div>}
      </td>
      <td className={styles.act}>
        <ForwardingActs forwarding={forwarding} onChange={onChange} />
      </td>
    </tr>
  );
}

function ForwardingActs({ forwarding: { forwardingId, address }, onChange }: ForwardingRowProps) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const remove = useDeleteForwarding();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('users.actionsFor', { name: address })}>
            <IconDots size={17} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={onChange}>{t('forwarding.change')}</Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" onClick={() => setAsking(true)}>
            {t('forwarding.remove')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asking}
        title={t('forwarding.removeTitle', { address })}
        confirm={t('forwarding.remove')}
        danger
        busy={remove.isPending}
        onConfirm={() =>
          remove.mutate(forwardingId, {
            onSuccess: () => toast.done(t('forwarding.removed', { address })),
            onError: (error: unknown) => toast.failed(words(failureOf(error))),
            onSettled: () => setAsking(false),
          })
        }
        onClose={() => setAsking(false)}
      >
        {t('forwarding.removeText')}
      </ConfirmDialog>
    </>
  );
}
