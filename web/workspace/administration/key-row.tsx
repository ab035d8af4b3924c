import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import {
  useDecideKey,
  useRemoveKey,
  useSetKeyCipher,
  type CipherSetting,
  type KeyTrust,
  type KnownKeyView,
} from '../../api/keys.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { groupedFingerprint } from '../../ui/key-file.ts';
import type { Tone } from '../../ui/protection.ts';
import { Tag } from '../../ui/tag.tsx';
import { useWhen } from '../settings/use-when.ts';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import keyStyles from './key-row.module.css';
import styles from './users-page.module.css';

const tones: Record<KnownKeyView['standing'], Tone> = {
  'in-use': 'safe',
  'another-in-use': 'plain',
  undecided: 'wait',
  distrusted: 'risk',
  expired: 'wait',
  'on-hold': 'wait',
  revoked: 'risk',
  'cannot-encrypt': 'plain',
};

const ciphers: readonly CipherSetting[] = ['auto', 'gcm', 'cbc'];

/** One key: whose, what kind, whether it is used and why not, and what can be decided about it. */
export function KeyRow({ item }: { item: KnownKeyView }) {
  const { t } = useTranslation();
  const when = useWhen();
  return (
    <tr>
      <td>
        <b>{item.address}</b>
        <div className={styles.muted}>
          {t(`keys.kind.${item.kind}`)}, {item.algorithm} · {t(`keys.source.${item.source}`)},{' '}
          {when(item.addedAt)} ·{' '}
          {item.expiresAt === null ? t('keys.noEnd') : t('keys.until', { when: when(item.expiresAt) })}
        </div>
        <code className={keyStyles.fingerprint}>{groupedFingerprint(item.fingerprint)}</code>
      </td>
      <td>
        <Tag tone={tones[item.standing]}>{t(`keys.is.${item.standing}`)}</Tag>
        <div className={styles.muted}>
          {item.words} {item.standing === 'in-use' && item.cipher?.words}
        </div>
      </td>
      <td className={styles.act}>
        <KeyActs item={item} />
      </td>
    </tr>
  );
}

function KeyActs({ item }: { item: KnownKeyView }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const decide = useDecideKey();
  const remove = useRemoveKey();
  const setCipher = useSetKeyCipher();
  const [asking, setAsking] = useState<'trust' | 'remove' | null>(null);
  const { keyId, address, trust, cipher } = item;
  const failed = (error: unknown) => toast.failed(words(failureOf(error)));
  const apply = (decision: KeyTrust) =>
    decide.mutate(
      { keyId, trust: decision },
      {
        onSuccess: () => toast.done(t(`keys.decided.${decision}`)),
        onError: failed,
        onSettled: () => setAsking(null),
      },
    );
  const encryptWith = (chosen: CipherSetting) =>
    setCipher.mutate(
      { keyId, cipher: chosen },
      { onSuccess: (key) => toast.done(key.cipher?.words ?? ''), onError: failed },
    );
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('keys.actionsFor', { address })}>
            <IconDots size={17} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {trust !== 'trusted' && <Menu.Item onClick={() => setAsking('trust')}>{t('keys.trust')}</Menu.Item>}
          {trust !== 'undecided' && (
            <Menu.Item onClick={() => apply('undecided')}>{t('keys.withdraw')}</Menu.Item>
          )}
          {trust !== 'distrusted' && (
            <Menu.Item color="red" onClick={() => apply('distrusted')}>
              {t('keys.distrust')}
            </Menu.Item>
          )}
          {cipher !== null && <Menu.Divider />}
          {cipher !== null &&
            ciphers
              .filter((each) => each !== cipher.setting)
              .map((each) => (
                <Menu.Item key={each} onClick={() => encryptWith(each)}>
                  {t(`keys.cipher.${each}`)}
                </Menu.Item>
              ))}
          <Menu.Divider />
          <Menu.Item color="red" onClick={() => setAsking('remove')}>
            {t('keys.remove')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asking === 'trust'}
        title={t('keys.trustTitle', { address })}
        confirm={t('keys.trust')}
        busy={decide.isPending}
        onConfirm={() => apply('trusted')}
        onClose={() => setAsking(null)}
      >
        {t('keys.trustText')}{' '}
        <code className={keyStyles.fingerprint}>{groupedFingerprint(item.fingerprint)}</code>
      </ConfirmDialog>
      <ConfirmDialog
        opened={asking === 'remove'}
        title={t('keys.removeTitle', { address })}
        confirm={t('keys.remove')}
        danger
        busy={remove.isPending}
        onConfirm={() =>
          remove.mutate(keyId, {
            onSuccess: () => toast.done(t('keys.removed')),
            onError: failed,
            onSettled: () => setAsking(null),
          })
        }
        onClose={() => setAsking(null)}
      >
        {t('keys.removeText')}
      </ConfirmDialog>
    </>
  );
}
