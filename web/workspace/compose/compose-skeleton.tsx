import { Skeleton } from '@mantine/core';
import styles from './compose-window.module.css';

/** The window while the editor or the draft is on its way. */
export function ComposeSkeleton() {
  return (
    <div className={styles.window} aria-hidden>
      <div className={styles.pad}>
        <Skeleton height={16} width={120} mb="lg" />
        <Skeleton height={14} width="70%" mb="md" />
        <Skeleton height={14} width="50%" mb="xl" />
        <Skeleton height={120} />
      </div>
    </div>
  );
}
