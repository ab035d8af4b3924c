import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './nothing-came.module.css';

/** Where a code hides, and the way to another one. */
export function NothingCame({
  address,
  organization,
  children,
}: {
  address: string;
  organization: string;
  children: ReactNode;
}) {
  const { t } = useTranslation('portal');
  return (
    <details className={styles.help}>
      <summary>{t('help.title')}</summary>
      <ul className="tips">
        <li>{t('help.wait')}</li>
        <li>{t('help.junk')}</li>
        <li>{t('help.address', { address })}</li>
        <li>{t('help.newest')}</li>
        <li>{t('help.call', { organization })}</li>
      </ul>
      {children}
    </details>
  );
}
