import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../ui/notice.tsx';
import { api } from '../api.ts';
import { Frame } from '../frame.tsx';
import { Heading } from '../heading.tsx';
import { RefusalNotice } from '../refusal-notice.tsx';
import type { Refusal } from '../request.ts';

/** The way back in for those who have no link at hand. Whether an address is known is not told. */
export function AskForLink({ slug }: { slug: string | null }) {
  const { t } = useTranslation('portal');
  const [address, setAddress] = useState('');
  const [state, setState] = useState<'writing' | 'asking' | 'sent'>('writing');
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (slug === null) return;
    setState('asking');
    setRefusal(null);
    const answer = await api.askForLink(slug, address.trim());
    setState(answer.ok ? 'sent' : 'writing');
    if (!answer.ok) setRefusal(answer.refusal);
  };
  return (
    <Frame organization={null}>
      <section className="card">
        {slug === null ? (
          <>
            <Heading>{t('landing.inboxTitle')}</Heading>
            <p>{t('signedOut.link')}</p>
          </>
        ) : (
          <>
            <Heading>{t('ask.title')}</Heading>
            {state === 'sent' ? (
              <Notice tone="safe" announce="status">
                {t('ask.sent')}
              </Notice>
            ) : (
              <form onSubmit={(event) => void submit(event)}>
                <p>{t('ask.text')}</p>
                <label className="label" htmlFor="address">
                  {t('ask.address')}
                </label>
                <input
                  id="address"
                  className="field"
                  type="email"
                  autoComplete="email"
                  required
                  value={address}
                  onChange={(event) => setAddress(event.target.value)}
                  style={{ marginBottom: 14 }}
                />
                {refusal && <RefusalNotice refusal={refusal} />}
                <button type="submit" className="button primary" disabled={state === 'asking'}>
                  {t('ask.button')}
                </button>
              </form>
            )}
          </>
        )}
      </section>
    </Frame>
  );
}
