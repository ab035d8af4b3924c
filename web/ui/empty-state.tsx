import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import styles from './empty-state.module.css';

/** Nothing here yet: one sentence that teaches, one button that helps. */
export function EmptyState({
  icon: Picture,
  children,
  action,
}: {
  icon: Icon;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={styles.empty}>
      <Picture size={32} stroke={1.4} aria-hidden />
      <p>{children}</p>
      {action}
    </div>
  );
}
