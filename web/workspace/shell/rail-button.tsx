import { IconMenu2 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import styles from './page-header.module.css';
import { useRailOpener } from './rail-opener.ts';

/** Shows the rail; only there where the rail is not. */
export function RailButton() {
  const { t } = useTranslation();
  const open = useRailOpener();
  return (
    <button type="button" className={styles.burger} onClick={open} aria-label={t('rail.open')}>
      <IconMenu2 size={20} stroke={1.8} aria-hidden />
    </button>
  );
}
