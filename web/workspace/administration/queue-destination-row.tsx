import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { QueueDestination } from '../../api/queue.ts';
import type { Tone } from '../../ui/protection.ts';
import { Tag } from '../../ui/tag.tsx';
import type { Pausable } from './pause-dialog.tsx';
import { QueuedList } from './queued-list.tsx';
import styles from './users-page.module.css';

const tones = { open: 'safe', resting: 'wait', paused: 'plain' } as const satisfies Record<
  QueueDestination['state'],
  Tone
>;

interface QueueDestinationRowProps {
  destination: QueueDestination;
  onPause: (what: Pausable) => void;
}

/** One set of mail servers: how much waits for it, what is going on there, and its messages on demand. */
export function QueueDestinationRow({ destination, onPause }: QueueDestinationRowProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { server, state } = destination;

  return (
    <>
      <tr>
        <td>
          <b>{server}</b>
          <div className={styles.muted}>{t('queue.waitingOf', { count: destination.waiting })}</div>
        </td>
        <td>
          <Tag tone={tones[state]}>{t(`queue.is.${state}`)}</Tag>
          <div className={styles.muted}>{destination.words}</div>
        </td>
        <td className={styles.act}>
          <Group gap="xs" justify="flex-end">
            <Button
              size="xs"
              variant="default"
              aria-expanded={open}
              aria-label={t(open ? 'queue.hideOf' : 'queue.showOf', { server })}
              onClick={() => setOpen(!open)}
            >
              {t(open ? 'queue.hide' : 'queue.show')}
            </Button>
            {state !== 'paused' && (
              <Button
                size="xs"
                variant="subtle"
                aria-label={t('queue.pauseOf', { server })}
                onClick={() =>
                  onPause({ scope: 'destination', destination: destination.destination, label: server })
                }
              >
                {t('queue.pause')}
              </Button>
            )}
          </Group>
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={3}>
            <QueuedList destination={destination.destination} />
          </td>
        </tr>
      )}
    </>
  );
}
