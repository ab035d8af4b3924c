import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useAddDomain } from '../../api/domains.ts';
import { failureOf } from '../../api/failure.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { useCreationKey } from '../settings/use-creation-key.ts';
import { useFailureWords } from '../shell/use-failure-words.ts';

/** Claims a domain, and goes on to what has to be published for it. */
export function NewDomainDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['workspace', 'ui']);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('domains.add')}
      closeButtonProps={{ 'aria-label': t('ui:error.dismiss') }}
    >
      <NewDomainForm onClose={onClose} />
    </Modal>
  );
}

function NewDomainForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['workspace', 'ui']);
  const words = useFailureWords();
  const navigate = useNavigate();
  const add = useAddDomain();
  const key = useCreationKey();
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(
      { name, key: key.current },
      {
        onSuccess: ({ domainId }) => {
          onClose();
          void navigate(`/administration/domains/${domainId}`);
        },
        onError: key.renew, // another name is another request
      },
    );
  };
  return (
    <form className={settingsStyles.form} onSubmit={submit}>
      <TextInput
        label={t('domains.name')}
        description={t('domains.nameHint')}
        required
        withAsterisk={false}
        minLength={3}
        maxLength={253}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {add.isError && <ErrorNotice message={words(failureOf(add.error))} />}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          {t('ui:confirm.cancel')}
        </Button>
        <Button type="submit" loading={add.isPending}>
          {t('domains.add')}
        </Button>
      </Group>
    </form>
  );
}
