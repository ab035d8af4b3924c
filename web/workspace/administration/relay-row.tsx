import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useDeleteRelay, useRenewRelayToken, type RelayView } from '../../api/gateway.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { groupedFingerprint } from '../../ui/key-file.ts';
import { Tag } from '../../ui/tag.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import styles from './users-page.module.css';

interface RelayRowProps {
  relay: RelayView;
  onChange: () => void;
  /** A new secret was made; it is shown this once. */
  onSecret: (made: { name: string; token: string | null }) => void;
}

/** One server: what it is, how it is recognised, what it may send from, and what can be done about it. */
export function RelayRow({ relay, onChange, onSecret }: RelayRowProps) {
  const { t } = useTranslation();
  const { name, kind, networks, fingerprints, certificateNames, senderDomains, needsToken } = relay;
  const ways = [
    ...networks,
    ...certificateNames.map((each) => t('relays.byName', { name: each })),
    ...fingerprints.map((each) =>
      t('relays.byFingerprint', { fingerprint: groupedFingerprint(each).slice(0, 9) }),
    ),
  ];
  return (
    <tr>
      <td>
        <b>{name}</b>
        <div className={styles.muted}>{t(`relays.kind.${kind}`)}</div>
        <div className={styles.muted}>{t('relays.sendsFrom', { domains: senderDomains.join(', ') })}</div>
      </td>
      <td>
        {ways.map((way) => (
          <div key={way}>{way}</div>
        ))}
        {needsToken && <Tag tone="plain">{t('relays.withSecret')}</Tag>}
      </td>
      <td className={styles.act}>
        <RelayActs relay={relay} onChange={onChange} onSecret={onSecret} />
      </td>
    </tr>
  );
}

function RelayActs({ relay: { relayId, name, needsToken }, onChange, onSecret }: RelayRowProps) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const renew = useRenewRelayToken();
  const remove = useDeleteRelay();
  const [asking, setAsking] = useState<'renew' | 'remove' | null>(null);
  const settled = {
    onError: (error: unknown) => toast.failed(words(failureOf(error))),
    onSettled: () => setAsking(null),
  };
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('users.actionsFor', { name })}>
            <IconDots size={17} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={onChange}>{t('relays.change')}</Menu.Item>
          {needsToken && <Menu.Item onClick={() => setAsking('renew')}>{t('relays.renew')}</Menu.Item>}
          <Menu.Divider />
          <Menu.Item color="red" onClick={() => setAsking('remove')}>
            {t('relays.remove')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asking === 'renew'}
        title={t('relays.renewTitle', { name })}
        confirm={t('relays.renew')}
        danger
        busy={renew.isPending}
        onConfirm={() => renew.mutate(relayId, { onSuccess: onSecret, ...settled })}
        onClose={() => setAsking(null)}
      >
        {t('relays.renewText')}
      </ConfirmDialog>
      <ConfirmDialog
        opened={asking === 'remove'}
        title={t('relays.removeTitle', { name })}
        confirm={t('relays.remove')}
        danger
        busy={remove.isPending}
        onConfirm={() =>
          remove.mutate(relayId, { onSuccess: () => toast.done(t('relays.removed', { name })), ...settled })
        }
        onClose={() => setAsking(null)}
      >
        {t('relays.removeText')}
      </ConfirmDialog>
    </>
  );
}
