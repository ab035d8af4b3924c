import { Button, NumberInput, Radio, Stack, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { DomainDestination, useSetDestination, type DomainView } from '../../api/domains.ts';
import { failureOf } from '../../api/failure.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';

const standardPort = 25;

/** Whether mail for a domain is kept here, or goes on to a server of the organisation. */
export function DomainDestinationForm({ domain: { domainId, destination } }: { domain: DomainView }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const save = useSetDestination(domainId);
  const [where, setWhere] = useState<'here' | 'on'>(destination === null ? 'here' : 'on');
  const [host, setHost] = useState(destination?.host ?? '');
  const [port, setPort] = useState(destination?.port ?? standardPort);
  const [recipients, setRecipients] = useState<DomainDestination['recipients']>(
    destination?.recipients ?? 'asked',
  );
  const [wrongHost, setWrongHost] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = where === 'here' ? null : DomainDestination.safeParse({ host, port, recipients });
    setWrongHost(given?.success === false);
    if (given?.success === false) return;
    save.mutate(given?.data ?? null, { onSuccess: () => toast.done(t('domains.destination.saved')) });
  };
  return (
    <section className={settingsStyles.section}>
      <h2>{t('domains.destination.title')}</h2>
      <form className={settingsStyles.form} onSubmit={submit} noValidate>
        <Radio.Group
          label={t('domains.destination.where')}
          value={where}
          onChange={(value) => setWhere(value === 'on' ? 'on' : 'here')}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="here" label={t('domains.destination.here')} />
            <Radio
              value="on"
              label={t('domains.destination.on')}
              description={t('domains.destination.onText')}
            />
          </Stack>
        </Radio.Group>
        {where === 'on' && (
          <>
            <TextInput
              label={t('domains.destination.host')}
              description={t('domains.destination.hostHint')}
              error={wrongHost && t('domains.destination.wrongHost')}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={253}
              value={host}
              onChange={(event) => [setHost(event.currentTarget.value), setWrongHost(false)]}
            />
            <NumberInput
              label={t('domains.destination.port')}
              min={1}
              max={65_535}
              clampBehavior="strict"
              allowDecimal={false}
              hideControls
              value={port}
              onChange={(value) => setPort(Number(value) || standardPort)}
            />
            <Radio.Group
              label={t('domains.destination.recipients')}
              value={recipients}
              onChange={(value) => setRecipients(value === 'listed' ? 'listed' : 'asked')}
            >
              <Stack gap="xs" mt="xs">
                {(['asked', 'listed'] as const).map((how) => (
                  <Radio key={how} value={how} label={t(`domains.destination.${how}`)} />
                ))}
              </Stack>
            </Radio.Group>
          </>
        )}
        {save.isError && <ErrorNotice message={words(failureOf(save.error))} />}
        <div>
          <Button type="submit" variant="default" loading={save.isPending}>
            {t('domains.destination.save')}
          </Button>
        </div>
      </form>
    </section>
  );
}
