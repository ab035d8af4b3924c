import { useTranslation } from 'react-i18next';
import { Heading } from '../heading.tsx';
import { RefusalNotice } from '../refusal-notice.tsx';
import type { Refusal } from '../request.ts';

/** A link that leads nowhere, or a server that cannot say. */
export function Refused({ refusal, onRetry }: { refusal: Refusal; onRetry: () => void }) {
  const { t } = useTranslation(['portal', 'ui']);
  if (refusal.code === 'not-found' || refusal.code === 'invalid-request' || refusal.code === 'gone') {
    return (
      <section className="card">
        <Heading>{t('unknown.title')}</Heading>
        <p>{t('unknown.text')}</p>
      </section>
    );
  }
  return (
    <section className="card">
      <Heading>{t(refusal.code === 'too-many-requests' ? 'busy.title' : 'ui:error.title')}</Heading>
      <RefusalNotice refusal={refusal} />
      <button type="button" className="button" onClick={onRetry}>
        {t('ui:error.tryAgain')}
      </button>
    </section>
  );
}
