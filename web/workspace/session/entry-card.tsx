import type { ReactNode } from 'react';
import { SealIcon } from '../../ui/seal-icon.tsx';
import styles from './sign-in-page.module.css';

/** The one card of the pages before and after a session. */
export function EntryCard({ children }: { children: ReactNode }) {
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <SealIcon size={22} />
          carepost
        </div>
        {children}
      </div>
    </main>
  );
}
