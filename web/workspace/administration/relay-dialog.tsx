import { Button, Group, Loader, Modal, MultiSelect, Select, Textarea, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useDomains } from '../../api/domains.ts';
import { useEveryPage } from '../../api/every-page.ts';
import { failureOf } from '../../api/failure.ts';
import { RelayKind, useSaveRelay, type RelayView } from '../../api/gateway.ts';
import { useUsers } from '../../api/users.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import {
  emptyRelay,
  readRelayForm,
  toRelayForm,
  type RelayFault,
  type RelayForm,
} from './read-relay-form.ts';

interface RelayDialogProps {
  /** Null for a new one. */
  relay: RelayView | null;
  onClose: () => void;
  onSaved: (saved: { name: string; token: string | null }) => void;
}

/** Names a server that may send through this one, or changes how it is recognised. */
export function RelayDialog({ relay, onClose, onSaved }: RelayDialogProps) {
  const { t } = useTranslation(['workspace', 'ui']);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={relay === null ? t('relays.add') : t('relays.changeTitle', { name: relay.name })}
      closeButtonProps={{ 'aria-label': t('ui:error.dismiss') }}
    >
      <RelayFields relay={relay} onClose={onClose} onSaved={onSaved} />
    </Modal>
  );
}

function RelayFields({ relay, onClose, onSaved }: RelayDialogProps) {
  const { t } = useTranslation(['workspace', 'ui']);
  const words = useFailureWords();
  const toast = useToast();
  const save = useSaveRelay();
  const [form, setForm] = useState<RelayForm>(relay === null ? emptyRelay : toRelayForm(relay));
  const [faults, setFaults] = useState<ReadonlyMap<RelayFault, string>>(new Map());
  const set = (part: Partial<RelayForm>) => setForm({ ...form, ...part });
  const wrong = (field: RelayFault) => {
    const entry = faults.get(field);
    return entry === undefined ? undefined : t(`relays.wrong.${field}`, { entry });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = readRelayForm(form);
    setFaults(read.ok ? new Map() : read.faults);
    if (!read.ok) return;
    save.mutate(
      { relayId: relay?.relayId ?? null, relay: read.relay },
      {
        onSuccess: (saved) => {
          toast.done(t('relays.saved', { name: saved.name }));
          onSaved(saved);
          onClose();
        },
      },
    );
  };
  const lists = ['networks', 'certificateNames', 'fingerprints'] as const;
  return (
    <form className={settingsStyles.form} style={{ maxWidth: 'none' }} onSubmit={submit} noValidate>
      <TextInput
        label={t('relays.name')}
        description={t('relays.nameHint')}
        error={wrong('name')}
        maxLength={80}
        autoComplete="off"
        data-autofocus
        value={form.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Select
        label={t('relays.what')}
        description={t(form.kind === 'own-server' ? 'relays.ownHint' : 'relays.sharedHint')}
        data={RelayKind.options.map((value) => ({ value, label: t(`relays.kind.${value}`) }))}
        allowDeselect={false}
        value={form.kind}
        onChange={(value) => set({ kind: RelayKind.options.find((kind) => kind === value) ?? form.kind })}
      />
      <p>{t('relays.ways')}</p>
      {lists.map((list) => (
        <Textarea
          key={list}
          label={t(`relays.${list}`)}
          description={t(`relays.${list}Hint`)}
          error={wrong(list)}
          autosize
          minRows={1}
          maxRows={6}
          spellCheck={false}
          value={form[list]}
          onChange={(event) => set({ [list]: event.currentTarget.value })}
        />
      ))}
      {faults.has('ways') && <ErrorNotice message={t('relays.wrong.ways')} />}
      <SenderDomains
        value={form.senderDomains}
        error={wrong('senderDomains')}
        onChange={(senderDomains) => set({ senderDomains })}
      />
      <Owner value={form.userId} error={wrong('userId')} onChange={(userId) => set({ userId })} />
      {save.isError && <ErrorNotice message={words(failureOf(save.error))} />}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          {t('ui:confirm.cancel')}
        </Button>
        <Button type="submit" loading={save.isPending}>
          {t('relays.save')}
        </Button>
      </Group>
    </form>
  );
}

interface FieldProps<Value> {
  value: Value;
  error: string | undefined;
  onChange: (value: Value) => void;
}

/** Shown at once; typing finds the others. */
const mostOptions = 100;
/** Outside the dialog a list makes a phone's page wider than its screen. */
const withinDialog = { withinPortal: false };

function SenderDomains({ value, error, onChange }: FieldProps<readonly string[]>) {
  const { t } = useTranslation();
  const domains = useEveryPage(useDomains());
  const proven = domains.data?.pages.flatMap((page) => page.items).filter(({ sends }) => sends) ?? [];
  const names = new Set([...proven.map(({ name }) => name), ...value]);
  return (
    <MultiSelect
      label={t('relays.senderDomains')}
      description={t('relays.senderDomainsHint')}
      error={error}
      data={[...names]}
      limit={mostOptions}
      comboboxProps={withinDialog}
      searchable
      hidePickedOptions
      nothingFoundMessage={t('relays.noDomain')}
      rightSection={domains.isFetching ? <Loader size="xs" /> : null}
      value={[...value]}
      onChange={onChange}
    />
  );
}

function Owner({ value, error, onChange }: FieldProps<string>) {
  const { t } = useTranslation();
  const users = useEveryPage(useUsers());
  const people = users.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Select
      label={t('relays.userId')}
      description={t('relays.userIdHint')}
      error={error}
      placeholder={t('relays.nobody')}
      data={people.map(({ userId, displayName, email }) => ({
        value: userId,
        label: `${displayName} (${email})`,
      }))}
      limit={mostOptions}
      comboboxProps={withinDialog}
      searchable
      nothingFoundMessage={t('relays.noUser')}
      rightSection={users.isFetching ? <Loader size="xs" /> : null}
      value={value === '' ? null : value}
      onChange={(chosen) => onChange(chosen ?? '')}
    />
  );
}
