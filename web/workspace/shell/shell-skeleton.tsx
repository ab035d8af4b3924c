import { Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ListSkeleton } from '../mail/list-skeleton.tsx';
import railStyles from './rail.module.css';
import styles from './shell.module.css';

/** The shape of the page while it is not known yet who is signed in. */
export function ShellSkeleton() {
  const { t } = useTranslation('ui');
  return (
    <output className={styles.shell} aria-label={t('loading')}>
      <div className={`${styles.rail} ${railStyles.side} ${railStyles.rail}`}>
        <Skeleton height={22} width={140} m={8} mb="md" />
        {[90, 62, 70, 80, 58].map((width) => (
          <Skeleton key={width} height={14} width={width} m={9} />
        ))}
      </div>
      <div className={styles.content} style={{ maxWidth: 372 }}>
        <ListSkeleton />
      </div>
    </output>
  );
}
