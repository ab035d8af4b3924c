import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconBell, IconCalendarPlus, IconDots, IconHandStop } from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useExtend, useRemind, useRevoke, type Journey } from '../../api/messages.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { clockTime, dayAndMonth, sentenceTime, shortTime } from '../../ui/format-time.ts';
import { ProtectionBadge } from '../../ui/protection-badge.tsx';
import { useMay } from '../session/session-context.ts';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useNow } from '../shell/use-now.ts';
import { useToast } from '../shell/use-toast.tsx';
import { ExtendDialog } from './extend-dialog.tsx';
import { journeyLook, usedBeforeItExpired } from './list-tag.ts';
import { milestonesOf } from './milestones.ts';
import styles from './what-became-of-it.module.css';

const waiting: ReadonlySet<Journey['state']> = new Set(['offered', 'notified', 'opened']);

/** One recipient: how their copy is protected, where it is, and what can still be done. */
export function JourneyRow({
  messageId,
  journey,
  onWhy,
}: {
  messageId: string;
  journey: Journey;
  onWhy: () => void;
}) {
  const { t, i18n } = useTranslation();
  const now = useNow(60_000);
  const look = journeyLook(journey);
  const used = usedBeforeItExpired(journey);
  const tone = look.tone === 'risk' ? styles.risk : look.tone === 'wait' ? styles.wait : '';
  const locked = journey.lockedUntil === null ? null : new Date(journey.lockedUntil);
  const until = journey.availableUntil === null ? null : new Date(journey.availableUntil);

  return (
    <div className={styles.leg}>
      <span className={styles.who} title={journey.address}>
        {journey.address}{' '}
        {journey.kind !== 'to' && <span className={styles.kind}>{t(`field.${journey.kind}`)}</span>}
      </span>
      <span className={styles.badge}>
        <ProtectionBadge protection={journey.protection} />
      </span>
      <span className={`${styles.story} ${tone}`}>
        <strong>{t(stateWords(journey), { count: 1 })}</strong>,{' '}
        {sentenceTime(new Date(since(journey)), now, i18n.language)}
        {locked && <>. {t('journey.lockedWhatNow', { time: clockTime(locked, i18n.language) })}</>}
        {look.tone !== 'safe' && locked === null && used === null && journey.reason !== '' && (
          <>. {journey.reason}</>
        )}
        {milestonesOf(journey).map(({ what, at }) => (
          <Fragment key={what}>
            {' '}
            · {t(`journey.milestone.${what}`)} {shortTime(new Date(at), now, i18n.language)}
          </Fragment>
        ))}
        {until && waiting.has(journey.state) && (
          <> · {t('journey.until', { date: dayAndMonth(until, now, i18n.language) })}</>
        )}
      </span>
      <span className={styles.acts}>
        <Button size="compact-sm" variant="subtle" color="gray" c="var(--ink-2)" onClick={onWhy}>
          {t('journey.why')}
          <span className="said"> {journey.address}</span>
        </Button>
        <JourneyActs messageId={messageId} journey={journey} />
      </span>
    </div>
  );
}

/** A lock is not a state of the delivery: it begins with the last wrong code. */
function since({ lockedUntil, events, since: stateSince }: Journey): string {
  const lock = lockedUntil === null ? undefined : events.findLast(({ what }) => what === 'locked');
  return lock?.at ?? stateSince;
}

function stateWords(journey: Journey) {
  if (journey.lockedUntil !== null) return 'journey.locked';
  if (journey.state !== 'expired') return `journey.${journey.state}` as const;
  const used = usedBeforeItExpired(journey);
  if (used === null) return 'journey.expiredUnread';
  return used === 'replied' ? 'journey.expiredReplied' : 'journey.expiredRead';
}

function JourneyActs({ messageId, journey }: { messageId: string; journey: Journey }) {
  const { t } = useTranslation();
  const may = useMay('message.revoke');
  const words = useFailureWords();
  const toast = useToast();
  const revoke = useRevoke();
  const remind = useRemind();
  const extend = useExtend();
  const [asking, setAsking] = useState<'revoke' | 'extend' | null>(null);
  const can = may ? journey.can : [];
  if (can.length === 0) return null;

  const who = { messageId, recipientId: journey.recipientId };
  const report = (done: string) => ({
    onSuccess: () => toast.done(done),
    onError: (error: unknown) => toast.failed(words(failureOf(error))),
    onSettled: () => setAsking(null),
  });
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={26}
            aria-label={t('journey.actions', { address: journey.address })}
          >
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {can.includes('remind') && (
            <Menu.Item
              leftSection={<IconBell size={16} aria-hidden />}
              onClick={() => remind.mutate(who, report(t('journey.reminded', { address: journey.address })))}
            >
              {t('journey.remind')}
            </Menu.Item>
          )}
          {can.includes('extend') && (
            <Menu.Item
              leftSection={<IconCalendarPlus size={16} aria-hidden />}
              onClick={() => setAsking('extend')}
            >
              {t('journey.extend')}
            </Menu.Item>
          )}
          {can.includes('revoke') && (
            <Menu.Item
              color="red"
              leftSection={<IconHandStop size={16} aria-hidden />}
              onClick={() => setAsking('revoke')}
            >
              {t('journey.revoke')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asking === 'revoke'}
        title={t('journey.revokeTitle')}
        confirm={t('journey.revoke')}
        danger
        busy={revoke.isPending}
        onConfirm={() => revoke.mutate(who, report(t('journey.revokedDone')))}
        onClose={() => setAsking(null)}
      >
        {t('journey.revokeText', { address: journey.address })}
      </ConfirmDialog>
      <ExtendDialog
        opened={asking === 'extend'}
        until={journey.availableUntil}
        busy={extend.isPending}
        onConfirm={(days) => extend.mutate({ ...who, days }, report(t('journey.extendedDone')))}
        onClose={() => setAsking(null)}
      />
    </>
  );
}
