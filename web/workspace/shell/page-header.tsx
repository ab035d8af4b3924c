import type { ReactNode } from 'react';
import styles from './page-header.module.css';
import { RailButton } from './rail-button.tsx';

/** The bar at the head of a page that is not mail: its name, and what can be done. */
export function PageHeader({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <header className={styles.bar}>
      <RailButton />
      <h1>{title}</h1>
      <span style={{ flex: 1 }} />
      {children}
    </header>
  );
}
