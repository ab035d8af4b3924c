import { Button, TextInput } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useKeys, useLookUpKeys } from '../../api/keys.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { MoreButton } from '../shell/more-button.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useTitle } from '../shell/use-title.ts';
import { useToast } from '../shell/use-toast.tsx';
import { AddKeyDialog } from './add-key-dialog.tsx';
import { KeyPolicyForm } from './key-policy-form.tsx';
import { KeyRow } from './key-row.tsx';
import { ListTable } from './list-table.tsx';
import styles from './users-page.module.css';

/** Keys and certificates of people outside, and which of them are trusted. */
export function KeysPage() {
  const { t } = useTranslation();
  useTitle(t('rail.keys'));
  const [adding, setAdding] = useState(false);
  const [address, setAddress] = useState<string | null>(null);
  return (
    <main>
      <PageHeader title={t('rail.keys')}>
        <Button leftSection={<IconPlus size={17} stroke={1.8} aria-hidden />} onClick={() => setAdding(true)}>
          {t('keys.add')}
        </Button>
      </PageHeader>
      <div className={`${settingsStyles.page} ${styles.wide}`}>
        <p className={settingsStyles.lead}>{t('keys.lead')}</p>
        <Search onFind={setAddress} found={address} />
        <KeyList address={address} />
        <KeyPolicyForm />
      </div>
      <AddKeyDialog opened={adding} onClose={() => setAdding(false)} />
    </main>
  );
}

function Search({ found, onFind }: { found: string | null; onFind: (address: string | null) => void }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const lookUp = useLookUpKeys();
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onFind(text.trim() === '' ? null : text.trim());
  };
  const ask = (address: string) =>
    lookUp.mutate(address, {
      onSuccess: ({ outcome }) => toast.done(t(`keys.lookUp.${outcome}`)),
      onError: (error) => toast.failed(words(failureOf(error))),
    });
  return (
    <section className={settingsStyles.section}>
      <form className={settingsStyles.inline} onSubmit={submit}>
        <TextInput
          label={t('keys.address')}
          type="email"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          {t('keys.find')}
        </Button>
        {found !== null && (
          <Button variant="default" loading={lookUp.isPending} onClick={() => ask(found)}>
            {t('keys.ask')}
          </Button>
        )}
      </form>
    </section>
  );
}

function KeyList({ address }: { address: string | null }) {
  const { t } = useTranslation();
  const keys = useKeys(address);
  const items = keys.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className={settingsStyles.section}>
      <ListTable
        list={keys}
        columns={[t('keys.whose'), t('keys.standing')]}
        empty={
          <EmptyState icon={IconKey}>
            {t(address === null ? 'keys.empty' : 'keys.noneOf', { address })}
          </EmptyState>
        }
      >
        {items.map((key) => (
          <KeyRow key={key.keyId} item={key} />
        ))}
      </ListTable>
      <MoreButton list={keys} />
    </section>
  );
}
