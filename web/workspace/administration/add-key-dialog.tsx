import { Button, Checkbox, FileInput, Group, Modal, Textarea } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useAddKeys } from '../../api/keys.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { keyFileText } from '../../ui/key-file.ts';
import settingsStyles from '../settings/settings-page.module.css';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';

/** Takes a key or certificate into the directory, from a file or as text. */
export function AddKeyDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['workspace', 'ui']);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('keys.add')}
      closeButtonProps={{ 'aria-label': t('ui:error.dismiss') }}
    >
      <AddKeyForm onClose={onClose} />
    </Modal>
  );
}

function AddKeyForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['workspace', 'ui']);
  const words = useFailureWords();
  const toast = useToast();
  const add = useAddKeys();
  const [text, setText] = useState('');
  const [trust, setTrust] = useState(true);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(
      { key: text, trust },
      {
        onSuccess: ({ items }) => {
          toast.done(
            t('keys.added', { addresses: [...new Set(items.map(({ address }) => address))].join(', ') }),
          );
          onClose();
        },
      },
    );
  };
  return (
    <form className={settingsStyles.form} onSubmit={submit}>
      <FileInput
        label={t('keys.file')}
        description={t('keys.fileHint')}
        placeholder={t('keys.choose')}
        onChange={(file) => void (file && keyFileText(file).then(setText))}
      />
      <Textarea
        label={t('keys.text')}
        required
        withAsterisk={false}
        rows={6}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Checkbox
        label={t('keys.trustNow')}
        description={t('keys.trustNowHint')}
        checked={trust}
        onChange={(event) => setTrust(event.currentTarget.checked)}
      />
      {add.isError && <ErrorNotice message={words(failureOf(add.error))} />}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          {t('ui:confirm.cancel')}
        </Button>
        <Button type="submit" loading={add.isPending}>
          {t('keys.add')}
        </Button>
      </Group>
    </form>
  );
}
