import { Skeleton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useTimeline } from '../../api/messages.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { JourneyRow } from './journey-row.tsx';
import { ReceiptDrawer } from './receipt-drawer.tsx';
import styles from './what-became-of-it.module.css';

/** Each recipient's journey under a message one has sent. */
export function WhatBecameOfIt({ messageId }: { messageId: string }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const timeline = useTimeline(messageId);
  const [shownId, setShownId] = useState<string | null>(null);
  const recipients = timeline.data?.recipients ?? [];
  const accepted = timeline.data?.state === 'accepted' && recipients.length === 0;

  return (
    <div className={styles.box}>
      <section className={styles.trail} aria-label={t('journey.title')}>
        <h2>{t('journey.title')}</h2>
        {timeline.isPending && (
          <div className={styles.pad}>
            <Skeleton height={14} width="70%" />
          </div>
        )}
        {timeline.isError && (
          <div className={styles.pad}>
            <ErrorNotice message={words(failureOf(timeline.error))} onRetry={() => void timeline.refetch()} />
          </div>
        )}
        {accepted && <div className={styles.pad}>{t('journey.acceptedLong')}</div>}
        <ul aria-live="polite">
          {recipients.map((journey) => (
            <li key={journey.recipientId}>
              <JourneyRow
                messageId={messageId}
                journey={journey}
                onWhy={() => setShownId(journey.recipientId)}
              />
            </li>
          ))}
        </ul>
      </section>
      <ReceiptDrawer
        journey={recipients.find(({ recipientId }) => recipientId === shownId) ?? null}
        onClose={() => setShownId(null)}
      />
    </div>
  );
}
