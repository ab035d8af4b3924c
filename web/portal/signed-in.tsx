import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from './api.ts';
import { Refused } from './entry/refused.tsx';
import { Frame } from './frame.tsx';
import { Ghost } from './ghost.tsx';
import { IdleGuard } from './idle-guard.tsx';
import { Inbox } from './reading/inbox.tsx';
import { MessagePage } from './reading/message-page.tsx';
import { SignedOut } from './signed-out.tsx';
import { useAnswer } from './use-answer.ts';
import { visit } from './visit.ts';

const askSession = () => api.session();

/** A visit: the inbox or one message. When it ends, nothing of a message stays on the screen. */
export function SignedIn({ offerId }: { offerId: string | null }) {
  const { t } = useTranslation('portal');
  const [session, retry] = useAnswer(askSession);
  const [left, setLeft] = useState<'chosen' | 'idle' | null>(null);
  const ended = useCallback(() => setLeft('idle'), []);

  if (session === null) {
    return (
      <Frame organization={null}>
        <Ghost />
      </Frame>
    );
  }
  if (left !== null || (!session.ok && session.refusal.code === 'not-signed-in')) {
    return (
      <Frame organization={session.ok ? session.value.organizationName : null}>
        <SignedOut why={left ?? 'idle'} />
      </Frame>
    );
  }
  if (!session.ok) {
    return (
      <Frame organization={null}>
        <Refused refusal={session.refusal} onRetry={retry} />
      </Frame>
    );
  }
  const { organizationName, maskedAddress, idleSeconds } = session.value;
  const signOut = async () => {
    await api.signOut();
    visit.forget();
    setLeft('chosen');
  };
  return (
    <Frame organization={organizationName}>
      {offerId === null ? (
        <Inbox onEnded={ended} />
      ) : (
        <MessagePage key={offerId} offerId={offerId} organization={organizationName} onEnded={ended} />
      )}
      <div className="row small unprinted">
        <span>{t('inbox.signedInAs', { address: maskedAddress })}</span>
        <span className="space" />
        <button type="button" className="link" onClick={() => void signOut()}>
          {t('inbox.signOut')}
        </button>
      </div>
      <IdleGuard idleSeconds={idleSeconds} onEnded={ended} />
    </Frame>
  );
}
