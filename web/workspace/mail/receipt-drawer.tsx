import { Drawer } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Journey } from '../../api/messages.ts';
import { groupedFingerprint } from '../../ui/key-file.ts';
import { ProtectionBadge } from '../../ui/protection-badge.tsx';
import { Timeline } from '../../ui/timeline.tsx';
import { useNow } from '../shell/use-now.ts';
import { CandidateList } from './candidate-list.tsx';
import { Evidence } from './evidence.tsx';
import { journeyLook } from './list-tag.ts';
import styles from './receipt-drawer.module.css';

/** The decision receipt of one recipient: what was chosen and why, what was weighed, what happened, what was seen. */
export function ReceiptDrawer({ journey, onClose }: { journey: Journey | null; onClose: () => void }) {
  const { t } = useTranslation(['workspace', 'ui']);
  const now = useNow(60_000);
  return (
    <Drawer
      opened={journey !== null}
      onClose={onClose}
      position="right"
      size="min(460px, 100vw)"
      title={t('receipt.title')}
      closeButtonProps={{ 'aria-label': t('ui:error.dismiss') }}
    >
      {journey && (
        <>
          <div className={styles.part}>
            <p className={styles.who}>{journey.address}</p>
            <ProtectionBadge protection={journey.protection} />
            <p className={styles.reason}>{journey.receipt?.reason ?? journey.reason}</p>
            {journey.promised !== journey.protection && (
              <p className={styles.reason}>
                {t('receipt.promised', { protection: t(`ui:protection.${journey.promised}`) })}
              </p>
            )}
          </div>
          {journey.events.length > 0 && (
            <section className={styles.part}>
              <h3>{t('receipt.events')}</h3>
              <Timeline
                now={now}
                steps={journey.events.map((event, index) => ({
                  key: `${event.at}-${index}`,
                  at: new Date(event.at),
                  words: event.words,
                  tone: index === journey.events.length - 1 ? journeyLook(journey).tone : 'plain',
                }))}
              />
            </section>
          )}
          {journey.receipt && journey.receipt.candidates.length > 0 && (
            <section className={styles.part}>
              <h3>{t('receipt.candidates')}</h3>
              <CandidateList candidates={journey.receipt.candidates} verdict={journey.receipt.verdict} />
            </section>
          )}
          {journey.receipt?.key && (
            <section className={styles.part}>
              <h3>{t('receipt.key')}</h3>
              <dl className={styles.facts}>
                <dt>{t(`keys.kind.${journey.receipt.key.kind}`)}</dt>
                <dd>
                  {journey.receipt.key.algorithm}, {t(`keys.source.${journey.receipt.key.source}`)}
                </dd>
                <dt>{t('evidence.fingerprint')}</dt>
                <dd className={styles.code}>{groupedFingerprint(journey.receipt.key.fingerprint)}</dd>
              </dl>
            </section>
          )}
          {journey.receipt?.evidence !== null && journey.receipt?.evidence !== undefined && (
            <section className={styles.part}>
              <h3>{t('receipt.evidence')}</h3>
              <Evidence evidence={journey.receipt.evidence} />
            </section>
          )}
        </>
      )}
    </Drawer>
  );
}
