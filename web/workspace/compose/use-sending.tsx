import { useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Draft, SendOptions } from '../../api/mail/draft.ts';
import { failureOf } from '../../api/failure.ts';
import { moveEmails } from '../../api/mail/actions.ts';
import { useMailboxes } from '../../api/mail/queries.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import { useSendQueue } from './send-queue.tsx';
import { useCompose } from './use-compose.ts';
import type { DraftKeeper, Place } from './draft-keeper.ts';
import type { Plan } from './use-plan.ts';
import type { Upload } from './use-uploads.ts';

interface SendingPorts {
  draft: Draft;
  options: SendOptions;
  plan: Plan;
  uploads: readonly Upload[];
  keeper: DraftKeeper;
  place: Place;
  onClose: () => void;
  onIncomplete: () => void;
}

interface Sending {
  send: () => void;
  discard: () => void;
  busy: boolean;
  /** Why it was not sent. */
  problem: string | null;
  dialog: ReactNode;
}

/** Sends once everything is in order, and says what is not. */
export function useSending({
  draft,
  options,
  plan,
  uploads,
  keeper,
  place,
  onClose,
  onIncomplete,
}: SendingPorts): Sending {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const compose = useCompose();
  const queue = useSendQueue();
  const mailboxes = useMailboxes();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  // Enter pressed twice sends once: true from the press until it failed.
  const underWay = useRef(false);
  const everyone = [...draft.to, ...draft.cc, ...draft.bcc].map(({ email }) => email);

  const obstacle = (): string | null => {
    const inState = (kind: 'invalid' | 'blocked') =>
      everyone.filter((address) => plan.stateOf(address).kind === kind);
    if (everyone.length === 0) return t('compose.noRecipient');
    if (inState('invalid').length > 0)
      return t('compose.invalidRecipient', { address: inState('invalid')[0] });
    if (inState('blocked').length > 0)
      return t('compose.blockedRecipient', { address: inState('blocked')[0] });
    if (uploads.some(({ failed }) => failed)) return t('compose.uploadFailed');
    if (uploads.length > 0) return t('compose.uploading');
    return null;
  };

  const sendNow = async () => {
    if (underWay.current) return;
    underWay.current = true;
    setAsking(false);
    setBusy(true);
    try {
      keeper.changed(draft);
      const emailId = await keeper.flush();
      if (emailId === null) return;
      queue.send({ emailId, place, category: draft.category, options, count: everyone.length });
      onClose();
    } catch (error) {
      setProblem(words(failureOf(error)));
      underWay.current = false;
    } finally {
      setBusy(false);
    }
  };
  const send = () => {
    const found = obstacle();
    setProblem(found);
    if (found !== null) onIncomplete();
    else if (draft.subject.trim() === '') setAsking(true);
    else void sendNow();
  };
  const discard = async () => {
    const emailId = await keeper.abandon();
    onClose();
    const trash = mailboxes.data?.find(({ role }) => role === 'trash');
    if (emailId === null || !trash) return;
    const thrown = { emailIds: [emailId], from: place.draftsId, to: trash.id };
    try {
      await moveEmails(thrown);
      toast.withAction(t('compose.discarded'), t('moved.undo'), () => {
        void moveEmails({ ...thrown, from: thrown.to, to: thrown.from }).then(() =>
          compose.open({ kind: 'draft', emailId }),
        );
      });
    } catch (error) {
      toast.failed(words(failureOf(error)));
    }
  };
  return {
    send,
    discard: () => void discard(),
    busy,
    problem,
    dialog: (
      <ConfirmDialog
        opened={asking}
        title={t('compose.noSubjectTitle')}
        confirm={t('compose.sendAnyway')}
        onConfirm={() => void sendNow()}
        onClose={() => setAsking(false)}
      >
        {t('compose.noSubjectText')}
      </ConfirmDialog>
    ),
  };
}
