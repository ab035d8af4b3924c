import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../ui/notice.tsx';
import { api, type CodeSent } from '../api.ts';
import { RefusalNotice } from '../refusal-notice.tsx';
import type { Refusal } from '../request.ts';
import { useCountdown } from '../../ui/use-countdown.ts';
import { go } from '../use-path.ts';
import { CodeField } from './code-field.tsx';
import { NothingCame } from './nothing-came.tsx';

interface CodeEntryProps {
  token: string;
  organization: string;
  address: string;
  sent: CodeSent;
  onLocked: (seconds: number) => void;
}

/** Six digits, sent as soon as they are complete. */
export function CodeEntry({ token, organization, address, sent, onLocked }: CodeEntryProps) {
  const { t } = useTranslation('portal');
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [resend, setResend] = useState(() => ({
    seconds: sent.resendAfterSeconds,
    from: Date.now(),
    times: 0,
  }));
  const wait = useCountdown(resend.seconds, resend.from);

  const failed = (why: Refusal) => {
    if (why.code === 'locked') onLocked(why.retryAfter ?? 900);
    else setRefusal(why);
  };
  const check = async (digits: string) => {
    setBusy(true);
    setRefusal(null);
    const answer = await api.signIn(token, digits);
    if (answer.ok) {
      go(
        answer.value.offerId === null ? '/portal/messages' : `/portal/messages/${answer.value.offerId}`,
        'replace',
      );
      return;
    }
    setBusy(false);
    if (answer.refusal.code !== 'offline') setCode('');
    failed(answer.refusal);
  };
  const change = (digits: string) => {
    setCode(digits);
    if (digits.length === 6 && !busy) void check(digits);
  };
  const sendAgain = async () => {
    setRefusal(null);
    const answer = await api.sendCode(token);
    if (!answer.ok) return failed(answer.refusal);
    setCode('');
    setResend({ seconds: answer.value.resendAfterSeconds, from: Date.now(), times: resend.times + 1 });
  };
  const wrong = refusal?.code === 'code-not-right' || refusal?.code === 'code-expired';

  return (
    <section className="card">
      <h1 id="code-title">{t('code.title')}</h1>
      <p id="code-text">{t('code.text', { address, count: Math.round(sent.expiresInSeconds / 60) })}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (code.length === 6 && !busy) void check(code);
        }}
      >
        <CodeField
          value={code}
          onChange={change}
          label={t('code.label')}
          describedBy="code-text"
          invalid={wrong}
          disabled={busy}
        />
        {wrong && (
          <div style={{ marginBottom: 14 }}>
            <Notice tone="risk" announce="alert">
              {t(refusal.code === 'code-expired' ? 'code.expired' : 'code.wrong')}
            </Notice>
          </div>
        )}
        {refusal && !wrong && <RefusalNotice refusal={refusal} />}
        <button type="submit" className="button primary" disabled={busy || code.length < 6}>
          {t(busy ? 'code.checking' : 'code.button')}
        </button>
      </form>
      <output className="said">{resend.times > 0 ? t('code.sentAgain') : ''}</output>
      <NothingCame address={address} organization={organization}>
        {resend.times > 0 && <p>{t('code.sentAgain')}</p>}
        {wait > 0 ? (
          <p>{t('code.againIn', { count: wait })}</p>
        ) : (
          <button type="button" className="link" onClick={() => void sendAgain()}>
            {t('code.again')}
          </button>
        )}
      </NothingCame>
    </section>
  );
}
