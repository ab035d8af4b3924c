import { Button, NumberInput, Radio, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useChangeOrganization, type OrganizationSettings } from '../../api/organization.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import {
  readSettingsForm,
  toSettingsForm,
  type SettingName,
  type SettingsForm,
} from './read-settings-form.ts';

type Choice = OrganizationSettings['infectedMail'] | OrganizationSettings['tlsFloor'];

interface OrganizationFormProps {
  settings: OrganizationSettings;
  revision: number;
  /** Somebody else changed them meanwhile. */
  onStale: () => void;
}

/** All settings in one form: mail that comes in, mail that goes out, sessions. Only what was changed is sent. */
export function OrganizationForm({ settings, revision, onStale }: OrganizationFormProps) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const change = useChangeOrganization();
  const [form, setForm] = useState<SettingsForm>(() => toSettingsForm(settings));
  const [faults, setFaults] = useState<ReadonlyMap<SettingName, string>>(new Map());
  const set = (part: Partial<SettingsForm>) => setForm({ ...form, ...part });
  const described = (name: SettingName) => {
    const entry = faults.get(name);
    return {
      label: t(`organization.${name}.label`),
      description: t(`organization.${name}.text`),
      error: entry === undefined ? undefined : t(`organization.${name}.wrong`, { entry }),
    };
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = readSettingsForm(form, settings);
    setFaults(read.ok ? new Map() : read.faults);
    if (!read.ok) return;
    change.mutate(
      { settings: read.changes, revision },
      {
        onSuccess: () => toast.done(t('organization.saved')),
        onError: (error) => {
          const failure = failureOf(error);
          if (failure.kind !== 'refused' || failure.code !== 'conflict') return;
          toast.failed(words(failure)); // the form gives way to the settings as they are now
          onStale();
        },
      },
    );
  };
  const number = (
    name: 'quarantineDays' | 'messageSizeLimit' | 'offerDays' | 'idleMinutes' | 'absoluteHours',
  ) => (
    <NumberInput
      {...described(name)}
      allowDecimal={false}
      allowNegative={false}
      value={form[name]}
      onChange={(value) => set({ [name]: value })}
    />
  );
  const choice = (name: 'infectedMail' | 'tlsFloor', options: readonly Choice[]) => (
    <Radio.Group
      {...described(name)}
      value={form[name]}
      onChange={(value) => set({ [name]: options.find((option) => option === value) })}
    >
      <Stack gap="xs" mt="xs">
        {options.map((option) => (
          <Radio key={option} value={option} label={t(`organization.choice.${option}`)} />
        ))}
      </Stack>
    </Radio.Group>
  );

  return (
    <form onSubmit={submit} noValidate>
      <Part title={t('organization.in')}>
        <Textarea
          {...described('trustedSealers')}
          autosize
          minRows={2}
          maxRows={8}
          spellCheck={false}
          autoCapitalize="none"
          value={form.trustedSealers}
          onChange={(event) => set({ trustedSealers: event.currentTarget.value })}
        />
        {choice('infectedMail', ['refuse', 'quarantine'])}
        {number('quarantineDays')}
        {number('messageSizeLimit')}
      </Part>
      <Part title={t('organization.out')}>
        <TextInput
          {...described('portalName')}
          maxLength={80}
          value={form.portalName}
          onChange={(event) => set({ portalName: event.currentTarget.value })}
        />
        {choice('tlsFloor', ['tls-verified', 'tls-opportunistic'])}
        <Switch
          label={t('organization.noticeRequiresTls.label')}
          description={t('organization.noticeRequiresTls.text')}
          checked={form.noticeRequiresTls}
          onChange={(event) => set({ noticeRequiresTls: event.currentTarget.checked })}
        />
        {number('offerDays')}
        <Textarea
          {...described('footer')}
          autosize
          minRows={2}
          maxRows={10}
          maxLength={2000}
          value={form.footer}
          onChange={(event) => set({ footer: event.currentTarget.value })}
        />
        <TextInput
          {...described('journalAddress')}
          type="email"
          maxLength={320}
          value={form.journalAddress}
          onChange={(event) => set({ journalAddress: event.currentTarget.value })}
        />
      </Part>
      <Part title={t('organization.sessions')}>
        {number('idleMinutes')}
        {number('absoluteHours')}
      </Part>
      {faults.size > 0 && <ErrorNotice message={t('organization.notSaved')} />}
      {change.isError && <ErrorNotice message={words(failureOf(change.error))} />}
      <Button type="submit" mt="sm" loading={change.isPending}>
        {t('organization.save')}
      </Button>
    </form>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={settingsStyles.section}>
      <h2>{title}</h2>
      <div className={settingsStyles.form}>{children}</div>
    </section>
  );
}
