import { Button, FileInput, PasswordInput, Select, Skeleton, Textarea } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import {
  useAddOwnKey,
  useGenerateOwnKey,
  useOwnKeys,
  useRetireOwnKey,
  type OwnKeyView,
} from '../../api/keys.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { groupedFingerprint, keyFileText } from '../../ui/key-file.ts';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import styles from './settings-page.module.css';
import { useWhen } from './use-when.ts';

/** Keys of one's own addresses: what signs what one sends, and opens what others encrypt. */
export function OwnKeys() {
  const { t } = useTranslation();
  const words = useFailureWords();
  const keys = useOwnKeys();
  return (
    <>
      <p className={styles.lead}>{t('ownKeys.lead')}</p>
      {keys.isPending && <Skeleton height={60} />}
      {keys.isError && (
        <ErrorNotice message={words(failureOf(keys.error))} onRetry={() => void keys.refetch()} />
      )}
      {keys.data && (
        <>
          <section className={styles.section}>
            {keys.data.items.length === 0 ? (
              <EmptyState icon={IconKey}>{t('ownKeys.empty')}</EmptyState>
            ) : (
              <ul className={styles.items}>
                {keys.data.items.map((item) => (
                  <OwnKey key={item.keyId} item={item} />
                ))}
              </ul>
            )}
          </section>
          <NewKeys addresses={keys.data.addresses} />
        </>
      )}
    </>
  );
}

function OwnKey({ item }: { item: OwnKeyView }) {
  const { t } = useTranslation();
  const when = useWhen();
  const words = useFailureWords();
  const toast = useToast();
  const retire = useRetireOwnKey();
  const [asking, setAsking] = useState(false);
  const download = () => {
    const url = URL.createObjectURL(new Blob([item.publicText], { type: 'application/octet-stream' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${item.address}.${item.kind === 'openpgp' ? 'asc' : 'pem'}`;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <li className={styles.item}>
      <div className={styles.what}>
        <b>{item.address}</b>
        <span>
          {t(`keys.kind.${item.kind}`)}, {item.algorithm} ·{' '}
          {item.retiredAt === null
            ? t('settings.created', { when: when(item.createdAt) })
            : t('ownKeys.retiredAt', { when: when(item.retiredAt) })}
          {item.expiresAt !== null && ` · ${t('keys.until', { when: when(item.expiresAt) })}`}
        </span>
        <span>
          <code>{groupedFingerprint(item.fingerprint)}</code>
        </span>
      </div>
      <Button variant="default" size="xs" onClick={download}>
        {t('ownKeys.download')}
      </Button>
      {item.retiredAt === null && (
        <Button variant="default" size="xs" onClick={() => setAsking(true)}>
          {t('ownKeys.retire')}
        </Button>
      )}
      <ConfirmDialog
        opened={asking}
        title={t('ownKeys.retireTitle')}
        confirm={t('ownKeys.retire')}
        danger
        busy={retire.isPending}
        onConfirm={() =>
          retire.mutate(item.keyId, {
            onSuccess: () => toast.done(t('ownKeys.retired')),
            onError: (error) => toast.failed(words(failureOf(error))),
            onSettled: () => setAsking(false),
          })
        }
        onClose={() => setAsking(false)}
      >
        {t('ownKeys.retireText')}
      </ConfirmDialog>
    </li>
  );
}

function NewKeys({ addresses }: { addresses: readonly string[] }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const generate = useGenerateOwnKey();
  const add = useAddOwnKey();
  const [chosen, setChosen] = useState<string | null>(null);
  const [key, setKey] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const address = chosen ?? addresses[0] ?? '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(
      { address, key, passphrase },
      { onSuccess: () => [toast.done(t('ownKeys.added')), setKey(''), setPassphrase('')] },
    );
  };
  return (
    <>
      <section className={styles.section}>
        <h2>{t('ownKeys.new')}</h2>
        <div className={styles.inline}>
          <Select label={t('ownKeys.address')} data={addresses} value={address} onChange={setChosen} />
          <Button
            loading={generate.isPending}
            onClick={() => generate.mutate(address, { onSuccess: () => toast.done(t('ownKeys.made')) })}
          >
            {t('ownKeys.generate')}
          </Button>
        </div>
        {generate.isError && <ErrorNotice message={words(failureOf(generate.error))} />}
      </section>
      <section className={styles.section}>
        <h2>{t('ownKeys.bring')}</h2>
        <form className={styles.form} onSubmit={submit}>
          <FileInput
            label={t('keys.file')}
            description={t('ownKeys.fileHint')}
            placeholder={t('keys.choose')}
            onChange={(file) => void (file && keyFileText(file).then(setKey))}
          />
          <Textarea
            label={t('keys.text')}
            required
            withAsterisk={false}
            rows={5}
            spellCheck={false}
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('ownKeys.passphrase')}
            autoComplete="off"
            value={passphrase}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
          />
          {add.isError && <ErrorNotice message={words(failureOf(add.error))} />}
          <Button type="submit" variant="default" loading={add.isPending}>
            {t('ownKeys.add')}
          </Button>
        </form>
      </section>
    </>
  );
}
