import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../ui/notice.tsx';
import { api } from '../api.ts';
import { Heading } from '../heading.tsx';
import { RefusalNotice } from '../refusal-notice.tsx';
import type { Refusal } from '../request.ts';

interface RunOutProps {
  token: string;
  organization: string;
  /** Masked. */
  address: string;
}

/** A link that no longer opens anything: whose it was, and a new one in one click. */
export function RunOut({ token, organization, address }: RunOutProps) {
  const { t } = useTranslation('portal');
  const [state, setState] = useState<'asking' | 'sending' | 'sent'>('asking');
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  const renew = async () => {
    setState('sending');
    setRefusal(null);
    const answer = await api.renewLink(token);
    setState(answer.ok ? 'sent' : 'asking');
    if (!answer.ok) setRefusal(answer.refusal);
  };
  return (
    <section className="card">
      <Heading>{t('runOut.title')}</Heading>
      {state === 'sent' ? (
        <Notice tone="safe" announce="status">
          {t('runOut.sent', { address })}
        </Notice>
      ) : (
        <>
          <p>{t('runOut.text', { organization, address })}</p>
          {refusal && <RefusalNotice refusal={refusal} />}
          <button
            type="button"
            className="button primary"
            disabled={state === 'sending'}
            onClick={() => void renew()}
          >
            {t('runOut.button')}
          </button>
        </>
      )}
      <p className="small" style={{ marginTop: 14 }}>
        {t('runOut.otherwise', { organization })}
      </p>
    </section>
  );
}
