import { Skeleton } from '@mantine/core';
import styles from './message-row.module.css';

/** Rows to come. */
export function ListSkeleton() {
  return (
    <div aria-hidden>
      {[0, 1, 2, 3, 4, 5].map((row) => (
        <div key={row} className={styles.row}>
          <Skeleton height={13} width={`${38 + ((row * 17) % 30)}%`} mb={6} mt={4} />
          <Skeleton height={13} width={`${60 + ((row * 23) % 30)}%`} mb={6} />
          <Skeleton height={12} width="90%" mb={4} />
        </div>
      ))}
    </div>
  );
}
