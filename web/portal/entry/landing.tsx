import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type CodeSent, type Link } from '../api.ts';
import { Heading } from '../heading.tsx';
import type { Refusal } from '../request.ts';
import { RefusalNotice } from '../refusal-notice.tsx';

interface LandingProps {
  token: string;
  link: Link;
  onSent: (sent: CodeSent) => void;
  onLocked: (seconds: number) => void;
}

/** Who sent something to whom, and the one button that asks for a code. */
export function Landing({ token, link, onSent, onLocked }: LandingProps) {
  const { t } = useTranslation('portal');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const names = { organization: link.organizationName, address: link.maskedAddress };
  const gone = link.state === 'expired' || link.state === 'revoked';

  const send = async () => {
    setBusy(true);
    setRefusal(null);
    const answer = await api.sendCode(token);
    setBusy(false);
    if (answer.ok) onSent(answer.value);
    else if (answer.refusal.code === 'locked') onLocked(answer.refusal.retryAfter ?? 900);
    else setRefusal(answer.refusal);
  };

  return (
    <section className="card">
      {gone ? (
        <>
          <Heading>{t(`${link.state as 'expired' | 'revoked'}.title`)}</Heading>
          <p>{t(`${link.state as 'expired' | 'revoked'}.text`, names)}</p>
        </>
      ) : (
        <>
          <Heading>{t(link.state === 'inbox' ? 'landing.inboxTitle' : 'landing.title')}</Heading>
          <p>{t(link.state === 'inbox' ? 'landing.inboxText' : 'landing.text', names)}</p>
        </>
      )}
      {refusal && <RefusalNotice refusal={refusal} />}
      <button
        type="button"
        className={gone ? 'button' : 'button primary'}
        disabled={busy}
        onClick={() => void send()}
      >
        {t(gone ? 'landing.others' : 'landing.send')}
      </button>
      {!gone && (
        <p className="small" style={{ marginTop: 14 }}>
          {t('landing.noPassword')}
        </p>
      )}
    </section>
  );
}
