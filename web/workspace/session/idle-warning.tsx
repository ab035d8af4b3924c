import { Button, Group, Modal } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSignOut } from '../../api/session.ts';
import { useLatest } from '../../ui/use-latest.ts';
import { useNow } from '../shell/use-now.ts';
import { IdleWatch, warningSeconds } from './idle-watch.ts';

/** Asks "are you still there?" two minutes before the idle limit, with the time that is left. */
export function IdleWarning({
  limitSeconds,
  endsAt,
  onEnded,
}: {
  limitSeconds: number;
  endsAt: Date;
  onEnded: () => void;
}) {
  const { t } = useTranslation();
  const [warnedUntil, setWarnedUntil] = useState<number | null>(null);
  const watch = useRef<IdleWatch | null>(null);
  const ended = useLatest(onEnded);
  const signOut = useSignOut();
  const now = useNow(warnedUntil === null ? 30_000 : 1000);

  useEffect(() => {
    watch.current = new IdleWatch({
      limitSeconds,
      onWarning: setWarnedUntil,
      onEnded: () => ended.current(),
    });
    return () => watch.current?.stop();
  }, [limitSeconds, ended]);

  const absoluteSoon = endsAt.getTime() - now.getTime() < warningSeconds(limitSeconds) * 1000;
  const until = absoluteSoon ? endsAt.getTime() : warnedUntil;
  const left = until === null ? 0 : Math.max(0, Math.ceil((until - now.getTime()) / 1000));
  const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  const leave = () => signOut.mutate(undefined, { onSettled: () => ended.current() });

  return (
    <Modal
      opened={until !== null}
      onClose={() => !absoluteSoon && void watch.current?.stay()}
      title={absoluteSoon ? t('idle.endTitle') : t('idle.title')}
      withCloseButton={false}
      zIndex={1000}
    >
      <p style={{ margin: 0 }}>
        {absoluteSoon ? t('idle.endText', { time: clock }) : t('idle.text', { time: clock })}
      </p>
      <span className="said" aria-live="assertive">
        {left > 0 && left % 30 === 0 ? t('idle.text', { time: clock }) : ''}
      </span>
      <Group justify="flex-end" mt="md" gap="sm">
        <Button variant="default" onClick={leave}>
          {t('idle.leave')}
        </Button>
        {!absoluteSoon && (
          <Button data-autofocus onClick={() => void watch.current?.stay()}>
            {t('idle.stay')}
          </Button>
        )}
      </Group>
    </Modal>
  );
}
