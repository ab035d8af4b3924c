import { useTranslation } from 'react-i18next';
import { Notice } from '../ui/notice.tsx';
import type { Refusal } from './request.ts';

/** A refusal that passes: what happened, what was kept, what to do. */
export function RefusalNotice({ refusal }: { refusal: Refusal }) {
  const { t } = useTranslation(['portal', 'ui']);
  const words = () => {
    if (refusal.code === 'too-many-requests') return t('busy.text');
    return t(refusal.code === 'offline' ? 'ui:error.offline' : 'ui:error.unavailable');
  };
  return (
    <div style={{ marginBottom: 14 }}>
      <Notice tone="wait" announce="alert">
        {words()}
      </Notice>
    </div>
  );
}
