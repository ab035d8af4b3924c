import { Popover } from '@mantine/core';
import {
  IconAlertCircle,
  IconBan,
  IconLoader2,
  IconQuestionMark,
  IconX,
  type Icon,
} from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Protection } from '#contract/protection.ts';
import { protectionLook, type Tone } from './protection.ts';
import styles from './recipient-chip.module.css';

/** What is known of how a message would reach this address. */
export type ChipState =
  | { kind: 'checking' }
  | { kind: 'invalid' }
  | { kind: 'unknown' } // the check itself failed; sending checks again
  | { kind: 'blocked' } // a rule forbids it
  | { kind: 'known'; protection: Protection };

interface RecipientChipProps {
  address: string;
  name?: string | undefined;
  state: ChipState;
  /** The explanation behind a click. */
  why: ReactNode;
  onRemove?: () => void;
}

const looks: Record<Exclude<ChipState['kind'], 'known'>, { icon: Icon; tone: Tone }> = {
  checking: { icon: IconLoader2, tone: 'plain' },
  invalid: { icon: IconAlertCircle, tone: 'risk' },
  unknown: { icon: IconQuestionMark, tone: 'plain' },
  blocked: { icon: IconBan, tone: 'risk' },
};

/** One recipient while composing: the icon already says how the message would travel, a click says why. */
export function RecipientChip({ address, name, state, why, onRemove }: RecipientChipProps) {
  const { t } = useTranslation('ui');
  const [opened, setOpened] = useState(false);
  const look = state.kind === 'known' ? protectionLook[state.protection] : looks[state.kind];
  const what = state.kind === 'known' ? t(`protection.${state.protection}`) : t(`chip.${state.kind}`);
  const Picture = look.icon;
  const outline =
    state.kind === 'invalid' || state.kind === 'blocked'
      ? styles.invalid
      : look.tone === 'wait'
        ? styles.wait
        : '';

  return (
    <span className={`${styles.chip} ${outline}`}>
      <Popover
        opened={opened}
        onChange={setOpened}
        width="min(340px, calc(100vw - 24px))"
        position="bottom-start"
        trapFocus
        withinPortal
        returnFocus
      >
        <Popover.Target>
          <button
            type="button"
            className={styles.open}
            onClick={() => setOpened((now) => !now)}
            aria-label={t('chip.why', { who: name === undefined ? address : `${name}, ${address}`, what })}
            title={what}
          >
            <Picture
              size={15}
              stroke={1.8}
              aria-hidden
              className={`${styles.icon} ${styles[look.tone]} ${state.kind === 'checking' ? styles.pulse : ''}`}
            />
            <span className={styles.name}>{name ?? address}</span>
          </button>
        </Popover.Target>
        <Popover.Dropdown aria-label={what}>{why}</Popover.Dropdown>
      </Popover>
      {onRemove && (
        <button
          type="button"
          className={styles.remove}
          onClick={onRemove}
          aria-label={t('chip.remove', { address })}
        >
          <IconX size={13} aria-hidden />
        </button>
      )}
    </span>
  );
}
