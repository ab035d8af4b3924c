import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useForgetDomain, useForgottenDomains } from '../../api/forgotten-domains.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { useWhen } from '../settings/use-when.ts';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import styles from './users-page.module.css';

/** Ends that a domain is held to what it showed before, and says what that means first. */
export function ForgetDomain() {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const when = useWhen();
  const forgotten = useForgottenDomains();
  const forget = useForgetDomain();
  const [domain, setDomain] = useState('');
  const [asking, setAsking] = useState(false);
  const ask = (event: FormEvent) => {
    event.preventDefault();
    if (domain.trim() !== '') setAsking(true);
  };
  const confirm = () =>
    forget.mutate(domain, {
      onSuccess: (done) => {
        toast.done(t('forget.done', { domain: done.domain }));
        setDomain('');
      },
      onSettled: () => setAsking(false),
    });
  return (
    <section className={`${settingsStyles.section} ${styles.apart}`}>
      <h2>{t('forget.title')}</h2>
      <p className={settingsStyles.lead}>{t('forget.lead')}</p>
      <form className={settingsStyles.inline} onSubmit={ask}>
        <TextInput
          label={t('forget.domain')}
          maxLength={253}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={domain}
          onChange={(event) => setDomain(event.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          {t('forget.forget')}
        </Button>
      </form>
      {forget.isError && <ErrorNotice message={words(failureOf(forget.error))} />}
      {forgotten.data && forgotten.data.items.length > 0 && (
        <ul>
          {forgotten.data.items.map((item) => (
            <li key={item.domain}>
              {t('forget.item', { domain: item.domain, when: when(item.forgottenAt) })}
            </li>
          ))}
        </ul>
      )}
      <ConfirmDialog
        opened={asking}
        title={t('forget.ask', { domain: domain.trim() })}
        confirm={t('forget.forget')}
        danger
        busy={forget.isPending}
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      >
        {t('forget.text')}
      </ConfirmDialog>
    </section>
  );
}
