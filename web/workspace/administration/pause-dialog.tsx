import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { usePauseQueue, type PauseScope } from '../../api/queue.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';

/** What is to rest; a domain is still to be named. */
export type Pausable =
  | { readonly scope: 'organization'; readonly label: string }
  | { readonly scope: 'destination'; readonly destination: string; readonly label: string }
  | { readonly scope: 'domain' };

/** Lets mail rest. The reason is asked for: whoever finds the pause wants to know. */
export function PauseDialog({ what, onClose }: { what: Pausable; onClose: () => void }) {
  const { t } = useTranslation(['workspace', 'ui']);
  const words = useFailureWords();
  const toast = useToast();
  const pause = usePauseQueue();
  const [domain, setDomain] = useState('');
  const [reason, setReason] = useState('');
  const label = what.scope === 'domain' ? domain : what.label;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    pause.mutate(
      { what: scopeOf(what, domain), reason },
      {
        onSuccess: () => {
          toast.done(t('queue.paused', { what: label }));
          onClose();
        },
      },
    );
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={what.scope === 'domain' ? t('queue.pauseDomain') : t('queue.pauseTitle', { what: label })}
      closeButtonProps={{ 'aria-label': t('ui:error.dismiss') }}
    >
      <form className={settingsStyles.form} onSubmit={submit}>
        <p>{t('queue.pauseText')}</p>
        {what.scope === 'domain' && (
          <TextInput
            label={t('queue.domain')}
            required
            withAsterisk={false}
            maxLength={253}
            value={domain}
            onChange={(event) => setDomain(event.currentTarget.value)}
          />
        )}
        <TextInput
          label={t('queue.reason')}
          description={t('queue.reasonHint')}
          required
          withAsterisk={false}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {pause.isError && <ErrorNotice message={words(failureOf(pause.error))} />}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            {t('ui:confirm.cancel')}
          </Button>
          <Button type="submit" loading={pause.isPending}>
            {t('queue.pause')}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

function scopeOf(what: Pausable, domain: string): PauseScope {
  switch (what.scope) {
    case 'organization':
      return { scope: what.scope };
    case 'destination':
      return { scope: what.scope, destination: what.destination };
    case 'domain':
      return { scope: what.scope, domain };
  }
}
