import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Protection } from '#contract/protection.ts';
import styles from './receipt-drawer.module.css';

interface Candidate {
  protection: Protection;
  possible: boolean;
  because: string;
}

/** Every way that was weighed, strongest first, each with its reason. */
export function CandidateList({
  candidates,
  verdict,
}: {
  candidates: readonly Candidate[];
  verdict: Protection;
}) {
  const { t } = useTranslation();
  return (
    <ul className={styles.candidates}>
      {candidates.map(({ protection, possible, because }) => (
        <li key={protection} className={`${styles.candidate} ${possible ? styles.possible : ''}`}>
          {possible ? (
            <IconCircleCheck size={18} stroke={1.8} aria-hidden />
          ) : (
            <IconCircleX size={18} stroke={1.8} aria-hidden />
          )}
          <div>
            <span className="said">{t(possible ? 'receipt.possible' : 'receipt.notPossible')}: </span>
            <b>{t(`receipt.way.${protection}`)}</b>
            {protection === verdict && <span className={styles.chosen}> · {t('receipt.chosen')}</span>}
            <br />
            <span>{because}</span>
          </div>
        </li>
      ))}
    </ul>
  );
}
