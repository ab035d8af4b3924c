import { IconAlertTriangle, IconInfoCircle, type Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Tone } from './protection.ts';
import { SealIcon } from './seal-icon.tsx';
import styles from './notice.module.css';

const icons: Record<Exclude<Tone, 'safe'>, Icon> = {
  wait: IconAlertTriangle,
  risk: IconAlertTriangle,
  plain: IconInfoCircle,
};

interface NoticeProps {
  tone: Tone;
  icon?: Icon;
  children: ReactNode;
  action?: ReactNode;
  /** `alert` is read out at once, `status` when the reader pauses. Left out: not announced. */
  announce?: 'alert' | 'status';
}

/** A sentence that stays in the page: what happened, what was kept, what to do. */
export function Notice({ tone, icon, children, action, announce }: NoticeProps) {
  const Picture = icon ?? (tone === 'safe' ? SealIcon : icons[tone]);
  return (
    <div className={`${styles.notice} ${styles[tone]}`} role={announce}>
      <Picture size={17} aria-hidden />
      <div className={styles.body}>{children}</div>
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}
