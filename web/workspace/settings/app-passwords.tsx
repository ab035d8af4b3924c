import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppPasswords, useCreateAppPassword, useRevokeAppPassword } from '../../api/credentials.ts';
import { failureOf } from '../../api/failure.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { OneTimeSecret } from './one-time-secret.tsx';
import { SecretList } from './secret-list.tsx';
import styles from './settings-page.module.css';
import { useCreationKey } from './use-creation-key.ts';
import { useWhen } from './use-when.ts';

/** Passwords for mail programs: one for each, so that one can be taken away. */
export function AppPasswords() {
  const { t } = useTranslation();
  const words = useFailureWords();
  const when = useWhen();
  const create = useCreateAppPassword();
  const [name, setName] = useState('');
  const key = useCreationKey();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ name, key: key.current }, { onSuccess: () => [setName(''), key.renew()] });
  };
  return (
    <>
      <p className={styles.lead}>{t('appPasswords.lead')}</p>
      <section className={styles.section}>
        <form className={styles.inline} onSubmit={submit}>
          <TextInput
            label={t('appPasswords.name')}
            placeholder={t('appPasswords.nameHint')}
            required
            withAsterisk={false}
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" loading={create.isPending}>
            {t('appPasswords.create')}
          </Button>
        </form>
      </section>
      {create.isError && <ErrorNotice message={words(failureOf(create.error))} />}
      {create.data && (
        <section className={styles.section}>
          <OneTimeSecret secret={create.data.password}>
            {t('appPasswords.shownOnce', { name: create.data.name })}
          </OneTimeSecret>
        </section>
      )}
      <SecretList
        list={useAppPasswords()}
        idOf={(item) => item.appPasswordId}
        nameOf={(item) => item.name}
        describe={(item) =>
          `${t('settings.created', { when: when(item.createdAt) })} · ${item.lastUsedAt ? t('settings.used', { when: when(item.lastUsedAt) }) : t('settings.neverUsed')}`
        }
        empty={t('appPasswords.empty')}
        revoke={useRevokeAppPassword()}
        warning={t('appPasswords.revokeText')}
        done={t('appPasswords.revoked')}
      />
    </>
  );
}
