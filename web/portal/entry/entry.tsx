import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type CodeSent } from '../api.ts';
import { Frame } from '../frame.tsx';
import { Ghost } from '../ghost.tsx';
import { useAnswer } from '../use-answer.ts';
import { visit } from '../visit.ts';
import { CodeEntry } from './code-entry.tsx';
import { Landing } from './landing.tsx';
import { Locked } from './locked.tsx';
import { Refused } from './refused.tsx';
import { RunOut } from './run-out.tsx';
import { Safety } from './safety.tsx';

type Step =
  | { name: 'landing' }
  | { name: 'code'; sent: CodeSent }
  | { name: 'locked'; seconds: number }
  | { name: 'safety' };

/** What a link leads to. Looking at it changes nothing; a code is sent when a person asks for it. */
export function Entry({ token }: { token: string }) {
  const { t } = useTranslation('portal');
  const [link, retry] = useAnswer(useCallback(() => api.link(token), [token]));
  const [step, setStep] = useState<Step>({ name: 'landing' });
  const [before, setBefore] = useState<Step>({ name: 'landing' });

  if (link === null) {
    return (
      <Frame organization={null}>
        <Ghost />
      </Frame>
    );
  }
  if (!link.ok) {
    return (
      <Frame organization={null}>
        <Refused refusal={link.refusal} onRetry={retry} />
      </Frame>
    );
  }
  const { organizationName, maskedAddress } = link.value;
  const codeSent = (sent: CodeSent) => {
    visit.rememberLink(token);
    setStep({ name: 'code', sent });
  };
  const locked = (seconds: number) => setStep({ name: 'locked', seconds });
  return (
    <Frame organization={organizationName}>
      {step.name === 'landing' && link.value.state === 'run-out' && (
        <RunOut token={token} organization={organizationName} address={maskedAddress} />
      )}
      {step.name === 'landing' && link.value.state !== 'run-out' && (
        <Landing token={token} link={link.value} onSent={codeSent} onLocked={locked} />
      )}
      {step.name === 'code' && (
        <CodeEntry
          token={token}
          organization={organizationName}
          address={maskedAddress}
          sent={step.sent}
          onLocked={locked}
        />
      )}
      {step.name === 'locked' && (
        <Locked seconds={step.seconds} onAgain={() => setStep({ name: 'landing' })} />
      )}
      {step.name === 'safety' && <Safety organization={organizationName} onBack={() => setStep(before)} />}
      {step.name !== 'safety' && (
        <p className="small">
          {t('page.onlyYou', { organization: organizationName })}{' '}
          <button
            type="button"
            className="link"
            onClick={() => {
              setBefore(step);
              setStep({ name: 'safety' });
            }}
          >
            {t('page.notExpecting')}
          </button>
        </p>
      )}
    </Frame>
  );
}
