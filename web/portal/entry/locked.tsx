import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Heading } from '../heading.tsx';
import { useCountdown } from '../../ui/use-countdown.ts';

/** Too many wrong codes: how long to wait, and that nothing is lost. */
export function Locked({ seconds, onAgain }: { seconds: number; onAgain: () => void }) {
  const { t } = useTranslation('portal');
  const [start] = useState(() => Date.now());
  const left = useCountdown(seconds, start);
  return (
    <section className="card">
      <Heading>{t('locked.title')}</Heading>
      <p>{t('locked.text', { count: Math.max(1, Math.ceil(left / 60)) })}</p>
      <p>{t('locked.kept')}</p>
      <button type="button" className="button" disabled={left > 0} onClick={onAgain}>
        {t('locked.again')}
      </button>
    </section>
  );
}
