import { useTranslation } from 'react-i18next';
import type { RecipientPreview } from '../../api/messages.ts';
import { Notice } from '../../ui/notice.tsx';
import { ProtectionBadge } from '../../ui/protection-badge.tsx';
import type { ChipState } from '../../ui/recipient-chip.tsx';
import styles from './chip-reason.module.css';
import { CandidateList } from '../mail/candidate-list.tsx';

/** Behind a chip: why this recipient would be reached this way, and what else was weighed. */
export function ChipReason({
  address,
  state,
  preview,
}: {
  address: string;
  state: ChipState;
  preview: RecipientPreview | undefined;
}) {
  const { t } = useTranslation(['workspace', 'ui']);
  return (
    <div className={styles.reason}>
      <b className={styles.address}>{address}</b>
      {state.kind === 'known' && preview ? (
        <>
          <ProtectionBadge protection={state.protection} />
          {preview.outcome === 'hold' && <Notice tone="wait">{t('compose.willBeHeld')}</Notice>}
          <span>{preview.reason}</span>
          <details>
            <summary>{t('receipt.candidates')}</summary>
            <CandidateList candidates={preview.candidates} verdict={preview.protection} />
          </details>
        </>
      ) : (
        <Notice tone={state.kind === 'checking' || state.kind === 'unknown' ? 'plain' : 'risk'}>
          {state.kind === 'blocked' && preview
            ? preview.reason
            : t(`ui:chip.${state.kind === 'known' ? 'checking' : state.kind}`)}
        </Notice>
      )}
    </div>
  );
}
