import { Button, Checkbox, Group, Modal, Textarea, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useSaveForwarding, type ForwardingView, type SavedForwarding } from '../../api/forwarding.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { useCreationKey } from '../settings/use-creation-key.ts';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import {
  emptyForwarding,
  fieldOfRefusal,
  readForwardingForm,
  toForwardingForm,
  type ForwardingFaults,
  type ForwardingField,
  type ForwardingForm,
} from './read-forwarding-form.ts';

interface ForwardingDialogProps {
  /** Null for a new one. */
  forwarding: ForwardingView | null;
  onClose: () => void;
  onSaved: (saved: SavedForwarding) => void;
}

/** Names an address whose mail goes on to others, or changes where it goes. */
export function ForwardingDialog({ forwarding, onClose, onSaved }: ForwardingDialogProps) {
  const { t } = useTranslation(['workspace', 'ui']);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={
        forwarding === null
          ? t('forwarding.add')
          : t('forwarding.changeTitle', { address: forwarding.address })
      }
      closeButtonProps={{ 'aria-label': t('ui:error.dismiss') }}
    >
      <ForwardingFields forwarding={forwarding} onClose={onClose} onSaved={onSaved} />
    </Modal>
  );
}

function ForwardingFields({ forwarding, onClose, onSaved }: ForwardingDialogProps) {
  const { t } = useTranslation(['workspace', 'ui']);
  const words = useFailureWords();
  const toast = useToast();
  const save = useSaveForwarding();
  const key = useCreationKey();
  const [form, setForm] = useState(forwarding === null ? emptyForwarding : toForwardingForm(forwarding));
  const [faults, setFaults] = useState<ForwardingFaults>({});
  const failure = save.isError ? failureOf(save.error) : null;
  const refused = failure?.kind === 'refused' ? fieldOfRefusal.get(failure.code) : undefined;
  const refusalOf = (field: ForwardingField) =>
    failure !== null && refused === field ? words(failure) : undefined;
  const set = (part: Partial<ForwardingForm>) => setForm({ ...form, ...part });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.reset();
    const read = readForwardingForm(form);
    setFaults(read.ok ? {} : read.faults);
    if (!read.ok) return;
    save.mutate(
      { forwardingId: forwarding?.forwardingId ?? null, forwarding: read.forwarding, key: key.current },
      {
        onSuccess: (saved) => {
          if (saved.doubts.length === 0) toast.done(t('forwarding.saved', { address: saved.address }));
          onSaved(saved);
          onClose();
        },
        onError: key.renew, // what is mended is another request
      },
    );
  };
  return (
    <form className={settingsStyles.form} style={{ maxWidth: 'none' }} onSubmit={submit} noValidate>
      {forwarding === null && (
        <TextInput
          label={t('forwarding.address')}
          description={t('forwarding.addressHint')}
          error={faults.address === undefined ? refusalOf('address') : t('forwarding.wrong.address')}
          maxLength={254}
          type="email"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          value={form.address}
          onChange={(event) => set({ address: event.currentTarget.value })}
        />
      )}
      <Textarea
        label={t('forwarding.targets')}
        description={t('forwarding.targetsHint')}
        error={faults.targets === undefined ? refusalOf('targets') : wrongTargets(faults.targets)}
        autosize
        minRows={2}
        maxRows={10}
        autoCapitalize="none"
        spellCheck={false}
        {...(forwarding === null ? {} : { 'data-autofocus': true })}
        value={form.targets}
        onChange={(event) => set({ targets: event.currentTarget.value })}
      />
      <Checkbox
        label={t('forwarding.keepsCopy')}
        description={t('forwarding.keepsCopyHint')}
        error={refusalOf('keepsCopy')}
        checked={form.keepsCopy}
        onChange={(event) => set({ keepsCopy: event.currentTarget.checked })}
      />
      {failure !== null && refused === undefined && <ErrorNotice message={words(failure)} />}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          {t('ui:confirm.cancel')}
        </Button>
        <Button type="submit" loading={save.isPending}>
          {t('forwarding.save')}
        </Button>
      </Group>
    </form>
  );

  function wrongTargets(entry: string): string {
    return entry === '' ? t('forwarding.wrong.noTargets') : t('forwarding.wrong.targets', { entry });
  }
}
