import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import type { Email } from '../../api/jmap/types.ts';
import { useDestroyEmails } from '../../api/mail/actions.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';

/** Out of the trash for good: the one act on mail that cannot be undone, so it is asked about first. */
export function DestroyThread({ emails, onDone }: { emails: readonly Email[]; onDone: () => void }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const destroy = useDestroyEmails();
  const [asking, setAsking] = useState(false);
  const confirm = () =>
    destroy.mutate(
      emails.map(({ id }) => id),
      {
        onSuccess: () => {
          toast.done(t('destroy.done'));
          onDone();
        },
        onError: (error) => toast.failed(words(failureOf(error))),
        onSettled: () => setAsking(false),
      },
    );
  return (
    <>
      <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
        {t('destroy.button')}
      </Button>
      <ConfirmDialog
        opened={asking}
        title={t('destroy.title')}
        confirm={t('destroy.button')}
        danger
        busy={destroy.isPending}
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      >
        {t('destroy.text')}
      </ConfirmDialog>
    </>
  );
}
