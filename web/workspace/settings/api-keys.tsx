import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Permission } from '#contract/permissions.ts';
import { useApiKeys, useCreateApiKey, useRevokeApiKey } from '../../api/credentials.ts';
import { failureOf } from '../../api/failure.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { useSignedIn } from '../session/session-context.ts';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { OneTimeSecret } from './one-time-secret.tsx';
import { SecretList } from './secret-list.tsx';
import styles from './settings-page.module.css';
import { useCreationKey } from './use-creation-key.ts';
import { useWhen } from './use-when.ts';

/** Keys for programs: what they may do, and until when. */
export function ApiKeys() {
  const { t } = useTranslation(['workspace', 'ui']);
  const when = useWhen();
  const [made, setMade] = useState<{ name: string; key: string } | null>(null);
  const [adding, setAdding] = useState(false);
  return (
    <>
      <p className={styles.lead}>{t('apiKeys.lead')}</p>
      {made && (
        <section className={styles.section}>
          <OneTimeSecret secret={made.key}>{t('apiKeys.shownOnce', { name: made.name })}</OneTimeSecret>
        </section>
      )}
      <section className={styles.section}>
        {adding ? (
          <NewKey
            onMade={(key) => {
              setMade(key);
              setAdding(false);
            }}
            onCancel={() => setAdding(false)}
          />
        ) : (
          <Button onClick={() => setAdding(true)}>{t('apiKeys.new')}</Button>
        )}
      </section>
      <SecretList
        list={useApiKeys()}
        idOf={(item) => item.apiKeyId}
        nameOf={(item) => item.name}
        describe={(item) =>
          [
            `${item.prefix}…`,
            t('apiKeys.until', { when: when(item.expiresAt) }),
            item.lastUsedAt ? t('settings.used', { when: when(item.lastUsedAt) }) : t('settings.neverUsed'),
            item.scopes.map((scope) => t(`permission.${scope}`)).join(', '),
          ].join(' · ')
        }
        empty={t('apiKeys.empty')}
        revoke={useRevokeApiKey()}
        warning={t('apiKeys.revokeText')}
        done={t('apiKeys.revoked')}
      />
    </>
  );
}

function NewKey({
  onMade,
  onCancel,
}: {
  onMade: (key: { name: string; key: string }) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation(['workspace', 'ui']);
  const words = useFailureWords();
  const { permissions } = useSignedIn();
  const create = useCreateApiKey();
  const key = useCreationKey();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<Permission[]>([]);
  const [days, setDays] = useState('90');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ name, scopes, expiresInDays: Number(days), key: key.current }, { onSuccess: onMade });
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <TextInput
        label={t('apiKeys.name')}
        placeholder={t('apiKeys.nameHint')}
        required
        withAsterisk={false}
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <fieldset className={styles.scopes}>
        <legend>{t('apiKeys.scopes')}</legend>
        {permissions.map((permission) => (
          <Checkbox
            key={permission}
            label={t(`permission.${permission}`)}
            checked={scopes.includes(permission)}
            onChange={(event) =>
              setScopes(
                event.currentTarget.checked
                  ? [...scopes, permission]
                  : scopes.filter((scope) => scope !== permission),
              )
            }
          />
        ))}
      </fieldset>
      <Select
        label={t('apiKeys.expires')}
        value={days}
        onChange={(value) => setDays(value ?? '90')}
        data={[7, 30, 90, 180, 365].map((count) => ({
          value: String(count),
          label: t('compose.days', { count }),
        }))}
      />
      {create.isError && <ErrorNotice message={words(failureOf(create.error))} />}
      <div className={styles.inline} style={{ justifyContent: 'flex-start' }}>
        <Button type="submit" flex="none" loading={create.isPending} disabled={scopes.length === 0}>
          {t('apiKeys.create')}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {t('ui:confirm.cancel')}
        </Button>
      </div>
    </form>
  );
}
