import { Button, PasswordInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useChangePassword } from '../../api/credentials.ts';
import { failureOf } from '../../api/failure.ts';
import { Notice } from '../../ui/notice.tsx';
import { useSignedIn } from '../session/session-context.ts';
import { useFailureWords } from '../shell/use-failure-words.ts';
import styles from './settings-page.module.css';

/** A new password of one's own; all other sessions end. */
export function ChangePassword() {
  const { t } = useTranslation();
  const words = useFailureWords();
  const { user } = useSignedIn();
  const change = useChangePassword();
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState('');
  const failure = change.isError ? failureOf(change.error) : null;
  const code = failure?.kind === 'refused' ? failure.code : null;
  const show = { visibilityToggleButtonProps: { 'aria-label': t('signIn.showPassword'), tabIndex: 0 } };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { currentPassword: current, newPassword: fresh },
      { onSuccess: () => [setCurrent(''), setFresh('')] },
    );
  };
  return (
    <>
      <p className={styles.lead}>{t('password.lead')}</p>
      <form className={styles.form} onSubmit={submit}>
        <input type="email" autoComplete="username" value={user.email} readOnly hidden />
        <PasswordInput
          {...show}
          label={t('password.current')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={current}
          error={code === 'invalid-credentials' && t('password.wrong')}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          {...show}
          label={t('password.new')}
          description={t('password.rule')}
          autoComplete="new-password"
          required
          withAsterisk={false}
          value={fresh}
          error={code === 'weak-password' && failure?.kind === 'refused' && failure.detail}
          onChange={(event) => setFresh(event.currentTarget.value)}
        />
        {failure && code !== 'invalid-credentials' && code !== 'weak-password' && (
          <Notice tone="risk" announce="alert">
            {words(failure)}
          </Notice>
        )}
        {change.isSuccess && (
          <Notice tone="safe" announce="status">
            {t('password.changed')}
          </Notice>
        )}
        <div>
          <Button type="submit" loading={change.isPending}>
            {t('password.button')}
          </Button>
        </div>
      </form>
    </>
  );
}
