import { useTranslation } from 'react-i18next';
import { fullTime, sentenceTime } from './format-time.ts';
import type { Tone } from './protection.ts';
import styles from './timeline.module.css';

export interface TimelineStep {
  key: string;
  at: Date;
  words: string;
  tone: Tone;
}

/** What happened, oldest first, each with its time. */
export function Timeline({ steps, now }: { steps: readonly TimelineStep[]; now: Date }) {
  const { i18n } = useTranslation('ui');
  return (
    <ol className={styles.timeline}>
      {steps.map((step) => (
        <li key={step.key} className={styles.step}>
          <span className={`${styles.dot} ${styles[step.tone] ?? ''}`} aria-hidden />
          <span>
            {step.words}{' '}
            <time dateTime={step.at.toISOString()} title={fullTime(step.at, i18n.language)}>
              {sentenceTime(step.at, now, i18n.language)}
            </time>
          </span>
        </li>
      ))}
    </ol>
  );
}
