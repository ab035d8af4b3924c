import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useNavigate, useSearchParams } from 'react-router';
import { failureOf } from '../../api/failure.ts';
import { useSession, useSignIn } from '../../api/session.ts';
import { Notice } from '../../ui/notice.tsx';
import { useInitialFocus } from '../../ui/use-initial-focus.ts';
import { useTitle } from '../shell/use-title.ts';
import { EntryCard } from './entry-card.tsx';
import { nextPath } from './next-path.ts';
import styles from './sign-in-page.module.css';
import { useCountdown } from '../../ui/use-countdown.ts';

/** Email and password; what failed is said in the page and what was typed is kept. */
export function SignInPage() {
  const { t } = useTranslation(['workspace', 'ui']);
  useTitle(t('signIn.title'));
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const session = useSession();
  const signIn = useSignIn();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const emailField = useInitialFocus<HTMLInputElement>();
  const passwordField = useRef<HTMLInputElement>(null);
  const failure = signIn.isError ? failureOf(signIn.error) : null;
  const waiting = useCountdown(failure?.kind === 'limited' ? failure.retryAfter : 0, signIn.submittedAt);

  if (session.data && !signIn.isPending) return <Navigate to={nextPath(params)} replace />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (waiting > 0 || signIn.isPending) return;
    signIn.mutate(
      { email: email.trim(), password },
      {
        onSuccess: () => void navigate(nextPath(params), { replace: true }),
        onError: () => passwordField.current?.select(),
      },
    );
  };
  const limitedWords = (seconds: number): string => {
    if (seconds === 0) return t('signIn.limitedOver');
    return seconds > 90
      ? t('signIn.limitedMinutes', { count: Math.ceil(seconds / 60) })
      : t('signIn.limitedSeconds', { count: seconds });
  };
  const message = (): string | null => {
    if (!failure) return null;
    if (failure.kind === 'offline') return t('signIn.offline');
    if (failure.kind === 'unavailable') return t('ui:error.unavailable');
    if (failure.kind === 'limited') return limitedWords(waiting);
    return failure.code === 'invalid-credentials' ? t('signIn.wrong') : failure.detail;
  };
  const words = message();

  return (
    <EntryCard>
      <h1>{t('signIn.title')}</h1>
      {words && (
        <Notice tone={failure?.kind === 'limited' ? 'wait' : 'risk'} announce="alert">
          {words}
        </Notice>
      )}
      <form onSubmit={submit} style={{ display: 'grid', gap: 16 }}>
        <TextInput
          label={t('signIn.email')}
          type="email"
          name="username"
          autoComplete="username"
          required
          withAsterisk={false}
          ref={emailField}
          size="md"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          ref={passwordField}
          label={t('signIn.password')}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          size="md"
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" size="md" fullWidth loading={signIn.isPending} disabled={waiting > 0}>
          {t('signIn.button')}
        </Button>
      </form>
      <p className={styles.small}>{t('signIn.help')}</p>
    </EntryCard>
  );
}
