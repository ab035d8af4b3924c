import { ActionIcon, Select } from '@mantine/core';
import { IconArrowsDiagonal, IconArrowsDiagonalMinimize2, IconX } from '@tabler/icons-react';
import { useEffect, useId, useRef, useState, type DragEvent, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Draft, SendOptions } from '../../api/mail/draft.ts';
import { failureOf } from '../../api/failure.ts';
import { useLatest } from '../../ui/use-latest.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { FileChip } from '../../ui/file-chip.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useSignedIn } from '../session/session-context.ts';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { ChipReason } from './chip-reason.tsx';
import { ComposeFoot } from './compose-foot.tsx';
import styles from './compose-window.module.css';
import { Editor } from './editor.tsx';
import { PlanNote } from './plan-note.tsx';
import { RecipientField, recipientFieldStyles } from './recipient-field.tsx';
import type { Place } from './draft-keeper.ts';
import { useDraftKeeper } from './use-draft-keeper.ts';
import { usePlan } from './use-plan.ts';
import { useSending } from './use-sending.tsx';
import type { StartingDraft } from './use-starting-draft.ts';
import { useUploads } from './use-uploads.ts';

interface ComposeFormProps {
  start: StartingDraft;
  title: string;
  /** Answers begin in the text, new messages at the recipients. */
  focusText: boolean;
  place: Place;
  onSavedAs: (emailId: string) => void;
  onClose: () => void;
}

/** What pops up over the window closes first; its keys bubble here through React, not through the page. */
function isOwnEscape({ currentTarget, target }: KeyboardEvent): boolean {
  return (
    target instanceof Element &&
    currentTarget.contains(target) &&
    target.getAttribute('aria-expanded') !== 'true'
  );
}

const noOptions: SendOptions = {};

/** The window for writing. Closing it keeps the draft. */
export function ComposeForm({ start, title, focusText, place, onSavedAs, onClose }: ComposeFormProps) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const { categories } = useSignedIn();
  const id = useId();
  const [draft, setDraft] = useState<Draft>(start.draft);
  const [options, setOptions] = useState<SendOptions>(noOptions);
  const [moreFields, setMoreFields] = useState(start.draft.cc.length + start.draft.bcc.length > 0);
  const [wide, setWide] = useState(false);
  const [dragging, setDragging] = useState(false);
  const toField = useRef<HTMLInputElement>(null);
  const latest = useRef(draft);

  const [keeper, saveState] = useDraftKeeper(start.emailId, place, onSavedAs);
  const take = (part: Partial<Draft>) => {
    latest.current = { ...latest.current, ...part };
    setDraft(latest.current);
  };
  const change = (part: Partial<Draft>) => {
    take(part);
    keeper.changed(latest.current);
  };
  const { uploads, add, retry, cancel } = useUploads((attachment) =>
    change({ attachments: [...latest.current.attachments, attachment] }),
  );
  const plan = usePlan({ to: draft.to, cc: draft.cc, bcc: draft.bcc, category: draft.category, options });
  const sending = useSending({
    draft,
    options,
    plan,
    uploads,
    keeper,
    place,
    onClose,
    onIncomplete: () => toField.current?.focus(),
  });

  // A draft that was never saved is saved once: an answer that is left at once is still an answer.
  useEffect(() => {
    if (start.emailId === null && start.draft.to.length > 0) keeper.changed(latest.current);
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const send = useLatest(sending.send);
  /** Leaving a field makes a chip of what was typed there; what is sent must have it. */
  const sendAfterTyping = () => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    requestAnimationFrame(() => send.current());
  };
  const field = { stateOf: plan.stateOf, hint: t('compose.recipientHint') };
  const whyOf = (address: string) => (
    <ChipReason address={address} state={plan.stateOf(address)} preview={plan.previewOf(address)} />
  );
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setDragging(false);
    add(event.dataTransfer.files);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys and files of the window as a whole; every act has a button too
    <dialog
      open
      className={`${styles.window} ${wide ? styles.wide : ''}`}
      aria-labelledby={`${id}-title`}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) sendAfterTyping();
        if (event.key === 'Escape' && isOwnEscape(event)) onClose();
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setDragging(true);
      }}
      onDragLeave={(event) =>
        !event.currentTarget.contains(event.relatedTarget as Node | null) && setDragging(false)
      }
      onDrop={drop}
      onPasteCapture={(event) => {
        if (event.clipboardData.files.length === 0) return;
        event.preventDefault();
        event.stopPropagation();
        add(event.clipboardData.files);
      }}
    >
      <div className={styles.header}>
        <h2 id={`${id}-title`}>{title}</h2>
        <ActionIcon
          variant="subtle"
          color="gray"
          visibleFrom="sm"
          aria-label={t(wide ? 'compose.smaller' : 'compose.larger')}
          onClick={() => setWide(!wide)}
        >
          {wide ? (
            <IconArrowsDiagonalMinimize2 size={16} aria-hidden />
          ) : (
            <IconArrowsDiagonal size={16} aria-hidden />
          )}
        </ActionIcon>
        <ActionIcon variant="subtle" color="gray" aria-label={t('compose.saveAndClose')} onClick={onClose}>
          <IconX size={17} aria-hidden />
        </ActionIcon>
      </div>
      <div className={styles.scroll}>
        <RecipientField
          {...field}
          label={t('field.to')}
          inputRef={toField}
          autoFocus={!focusText}
          recipients={draft.to}
          onChange={(to) => change({ to })}
          whyOf={whyOf}
        >
          {!moreFields && (
            <button type="button" className={recipientFieldStyles.more} onClick={() => setMoreFields(true)}>
              {t('compose.ccBcc')}
            </button>
          )}
        </RecipientField>
        {moreFields && (
          <>
            <RecipientField
              {...field}
              label={t('field.cc')}
              recipients={draft.cc}
              onChange={(cc) => change({ cc })}
              whyOf={whyOf}
            />
            <RecipientField
              {...field}
              label={t('field.bcc')}
              recipients={draft.bcc}
              onChange={(bcc) => change({ bcc })}
              whyOf={whyOf}
            />
          </>
        )}
        <div className={styles.field}>
          <label htmlFor={`${id}-subject`}>{t('field.subject')}</label>
          <input
            id={`${id}-subject`}
            type="text"
            maxLength={900}
            value={draft.subject}
            onChange={(event) => change({ subject: event.target.value })}
          />
        </div>
        <div className={styles.field}>
          <label htmlFor={`${id}-category`}>{t('field.category')}</label>
          <Select
            id={`${id}-category`}
            className={styles.select ?? ''}
            size="xs"
            value={draft.category}
            data={categories.map((category) => ({ value: category, label: t(`category.${category}`) }))}
            onChange={(value) => {
              const chosen = categories.find((category) => category === value);
              if (chosen) change({ category: chosen });
            }}
          />
        </div>
        <Editor initial={start.draft.html} autoFocus={focusText} onReady={take} onChange={change} />
        {(draft.attachments.length > 0 || uploads.length > 0) && (
          <ul className={styles.files} aria-label={t('compose.files')}>
            {draft.attachments.map((attachment) => (
              <li key={attachment.blobId}>
                <FileChip
                  name={attachment.name}
                  sizeBytes={attachment.size}
                  onRemove={() =>
                    change({ attachments: draft.attachments.filter((kept) => kept !== attachment) })
                  }
                />
              </li>
            ))}
            {uploads.map((upload) => (
              <li key={upload.key}>
                <FileChip
                  name={upload.file.name}
                  sizeBytes={upload.file.size}
                  progress={upload.progress}
                  failed={upload.failed}
                  onRetry={() => retry(upload)}
                  onRemove={() => cancel(upload)}
                />
              </li>
            ))}
          </ul>
        )}
        <div className={styles.notes}>
          {sending.problem && (
            <Notice tone="risk" announce="alert">
              {sending.problem}
            </Notice>
          )}
          {plan.error !== null && plan.error !== undefined && (
            <ErrorNotice message={words(failureOf(plan.error))} />
          )}
          <PlanNote recipients={plan.recipients} />
        </div>
      </div>
      <ComposeFoot
        options={options}
        onOptions={setOptions}
        onAttach={add}
        saveState={saveState}
        busy={sending.busy}
        onSend={sending.send}
        onDiscard={sending.discard}
      />
      {sending.dialog}
      {dragging && <div className={styles.drop}>{t('compose.drop')}</div>}
    </dialog>
  );
}
