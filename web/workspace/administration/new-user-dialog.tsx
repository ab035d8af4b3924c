import { Button, Group, Modal, Select, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { roles, type Role } from '#contract/permissions.ts';
import { failureOf } from '../../api/failure.ts';
import { useCreateUser } from '../../api/users.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { useCreationKey } from '../settings/use-creation-key.ts';
import { useFailureWords } from '../shell/use-failure-words.ts';

interface NewUserDialogProps {
  opened: boolean;
  onClose: () => void;
  /** The first password, made by the server and shown once. */
  onMade: (made: { name: string; password: string }) => void;
}

/** Adds a person; the server makes the first password. */
export function NewUserDialog({ opened, onClose, onMade }: NewUserDialogProps) {
  const { t } = useTranslation(['workspace', 'ui']);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('users.add')}
      closeButtonProps={{ 'aria-label': t('ui:error.dismiss') }}
    >
      <NewUserForm onClose={onClose} onMade={onMade} />
    </Modal>
  );
}

function NewUserForm({ onClose, onMade }: Omit<NewUserDialogProps, 'opened'>) {
  const { t } = useTranslation(['workspace', 'ui']);
  const words = useFailureWords();
  const create = useCreateUser();
  const key = useCreationKey();
  const [displayName, setDisplayName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('clinician');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { displayName, email, role, key: key.current },
      {
        onSuccess: ({ initialPassword }) => {
          if (initialPassword !== null) onMade({ name: displayName, password: initialPassword });
          onClose();
        },
      },
    );
  };
  return (
    <form className={settingsStyles.form} onSubmit={submit}>
      <TextInput
        label={t('users.name')}
        required
        withAsterisk={false}
        maxLength={120}
        autoComplete="off"
        data-autofocus
        value={displayName}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
      />
      <TextInput
        label={t('users.email')}
        description={t('users.emailHint')}
        type="email"
        required
        withAsterisk={false}
        autoComplete="off"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <Select
        label={t('users.role')}
        value={role}
        data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
        onChange={(value) => setRole(roles.find((known) => known === value) ?? role)}
      />
      {create.isError && <ErrorNotice message={words(failureOf(create.error))} />}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          {t('ui:confirm.cancel')}
        </Button>
        <Button type="submit" loading={create.isPending}>
          {t('users.add')}
        </Button>
      </Group>
    </form>
  );
}
