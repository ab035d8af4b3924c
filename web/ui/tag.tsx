import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Tone } from './protection.ts';
import styles from './tag.module.css';

/** A few words in a coloured pill. The words carry the meaning, the colour only repeats it. */
export function Tag({ tone, icon: Picture, children }: { tone: Tone; icon?: Icon; children: ReactNode }) {
  return (
    <span className={`${styles.tag} ${styles[tone]}`}>
      {Picture && <Picture size={15} stroke={1.8} aria-hidden />}
      <span className={styles.text}>{children}</span>
    </span>
  );
}
