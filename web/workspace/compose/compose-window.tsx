import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useIdentities, useMailboxes } from '../../api/mail/queries.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { ComposeForm } from './compose-form.tsx';
import { ComposeSkeleton } from './compose-skeleton.tsx';
import styles from './compose-window.module.css';
import type { ComposeIntent } from './intent.ts';
import { useStartingDraft } from './use-starting-draft.ts';

interface ComposeWindowProps {
  intent: ComposeIntent;
  onSavedAs: (emailId: string) => void;
  onClose: () => void;
}

/** Fetches what the window begins with, then lets a person write. */
export function ComposeWindow({ intent, onSavedAs, onClose }: ComposeWindowProps) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const start = useStartingDraft(intent);
  const mailboxes = useMailboxes();
  const identities = useIdentities();
  const drafts = mailboxes.data?.find(({ role }) => role === 'drafts');
  const identity = identities.data?.[0];

  if (start.data && drafts && identity) {
    return (
      <ComposeForm
        start={start.data}
        title={intent.kind === 'new' ? t('compose.new') : t(`compose.title.${intent.kind}`)}
        focusText={intent.kind === 'reply' || intent.kind === 'reply-all'}
        place={{
          identity,
          draftsId: drafts.id,
          sentId: mailboxes.data?.find(({ role }) => role === 'sent')?.id ?? '',
        }}
        onSavedAs={onSavedAs}
        onClose={onClose}
      />
    );
  }
  const problem = start.error ?? mailboxes.error ?? identities.error;
  if (!problem && start.data !== null && !(identities.isSuccess && !identity)) return <ComposeSkeleton />;
  return (
    <dialog open className={styles.window} aria-label={t('compose.new')}>
      <div className={styles.pad}>
        {problem ? (
          <ErrorNotice message={words(failureOf(problem))} />
        ) : (
          <Notice tone="wait">{t(start.data === null ? 'compose.gone' : 'compose.noIdentity')}</Notice>
        )}
        <Button variant="default" mt="md" onClick={onClose}>
          {t('compose.close')}
        </Button>
      </div>
    </dialog>
  );
}
