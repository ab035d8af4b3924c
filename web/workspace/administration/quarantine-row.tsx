import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useSettleQuarantined, type QuarantinedView } from '../../api/quarantine.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { sentenceTime } from '../../ui/format-time.ts';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useNow } from '../shell/use-now.ts';
import { useToast } from '../shell/use-toast.tsx';
import styles from './users-page.module.css';

/** One held message: who wrote to whom, why it waits, and the two things that can be done. */
export function QuarantineRow({ message }: { message: QuarantinedView }) {
  const { t, i18n } = useTranslation();
  const now = useNow(60_000);
  const words = useFailureWords();
  const toast = useToast();
  const settle = useSettleQuarantined();
  const [asking, setAsking] = useState<'release' | 'delete' | null>(null);
  const { messageId, from, recipients } = message;
  const sender = from === '' ? t('quarantine.noSender') : from;
  const time = (at: string) => sentenceTime(new Date(at), now, i18n.language);
  const act = (how: 'release' | 'delete') =>
    settle.mutate(
      { messageId, how },
      {
        onSuccess: () => toast.done(t(`quarantine.${how}Done`)),
        onError: (error) => toast.failed(words(failureOf(error))),
        onSettled: () => setAsking(null),
      },
    );

  return (
    <tr>
      <td>
        <b>{sender}</b>
        <div className={styles.muted}>{t('quarantine.to', { recipients: recipients.join(', ') })}</div>
        <div className={styles.muted}>
          {t('quarantine.times', { since: time(message.quarantinedAt), until: time(message.expiresAt) })}
        </div>
      </td>
      <td>{message.words}</td>
      <td className={styles.act}>
        <Group gap="xs" justify="flex-end" wrap="nowrap">
          <Button
            size="xs"
            variant="default"
            aria-label={t('quarantine.releaseFrom', { sender })}
            onClick={() => setAsking('release')}
          >
            {t('quarantine.release')}
          </Button>
          <Button
            size="xs"
            variant="subtle"
            color="red"
            aria-label={t('quarantine.deleteFrom', { sender })}
            onClick={() => setAsking('delete')}
          >
            {t('quarantine.delete')}
          </Button>
        </Group>
        {(['release', 'delete'] as const).map((how) => (
          <ConfirmDialog
            key={how}
            opened={asking === how}
            title={t(`quarantine.${how}Title`)}
            confirm={t(`quarantine.${how}`)}
            danger
            busy={settle.isPending}
            onConfirm={() => act(how)}
            onClose={() => setAsking(null)}
          >
            {t(how === 'release' ? `quarantine.releaseText.${message.reason}` : 'quarantine.deleteText')}
          </ConfirmDialog>
        ))}
      </td>
    </tr>
  );
}
