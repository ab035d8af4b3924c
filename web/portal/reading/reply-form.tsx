import { IconPaperclip } from '@tabler/icons-react';
import { useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { FileChip } from '../../ui/file-chip.tsx';
import { Notice } from '../../ui/notice.tsx';
import { api } from '../api.ts';
import { Heading } from '../heading.tsx';
import { visit } from '../visit.ts';
import { readAsBase64 } from './read-as-base64.ts';
import styles from './reply-form.module.css';

const LIMIT_MB = 20;

type State =
  | { name: 'writing'; problem: 'empty' | 'tooLarge' | 'failed' | null }
  | { name: 'sending'; share: number }
  | { name: 'sent' };

interface ReplyFormProps {
  offerId: string;
  /** Who gets it. */
  to: string;
  onSent: () => void;
}

/** An answer with files. What is written survives a failure, and the end of the visit in this tab. */
export function ReplyForm({ offerId, to, onSent }: ReplyFormProps) {
  const { t } = useTranslation('portal');
  const [text, setText] = useState(() => visit.draft(offerId));
  const [files, setFiles] = useState<File[]>([]);
  const [state, setState] = useState<State>({ name: 'writing', problem: null });
  // The same answer, sent again after a failure, must not arrive twice.
  const [key, setKey] = useState(() => crypto.randomUUID());
  const picker = useRef<HTMLInputElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);

  const changed = (nextText: string, nextFiles: File[]) => {
    setText(nextText);
    setFiles(nextFiles);
    visit.keepDraft(offerId, nextText);
    setKey(crypto.randomUUID());
    setState({ name: 'writing', problem: null });
  };
  const problem = (): 'empty' | 'tooLarge' | null => {
    if (text.trim() === '') return 'empty';
    return files.reduce((sum, { size }) => sum + size, 0) > LIMIT_MB * 1024 * 1024 ? 'tooLarge' : null;
  };
  const send = async () => {
    setState({ name: 'sending', share: 0 });
    const attachments = await Promise.all(
      files.map(async (file) => ({
        filename: file.name,
        contentType: file.type || 'application/octet-stream',
        contentBase64: await readAsBase64(file),
      })),
    );
    const answer = await api.reply(offerId, { text, attachments }, key, (share) =>
      setState({ name: 'sending', share }),
    );
    if (!answer.ok) {
      return setState({
        name: 'writing',
        problem: answer.refusal.code === 'too-large' ? 'tooLarge' : 'failed',
      });
    }
    changed('', []);
    setState({ name: 'sent' });
    onSent();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = problem();
    if (found === null) return void send().catch(() => setState({ name: 'writing', problem: 'failed' }));
    setState({ name: 'writing', problem: found });
    if (found === 'empty') field.current?.focus();
  };

  if (state.name === 'sent') {
    return (
      <section className="card">
        <Heading>{t('reply.sentTitle')}</Heading>
        <p>{t('reply.sentText', { name: to })}</p>
        <button type="button" className="button" onClick={() => changed('', [])}>
          {t('reply.another')}
        </button>
      </section>
    );
  }
  const busy = state.name === 'sending';
  const percent = busy ? Math.round(state.share * 100) : 0;
  return (
    <form className="card" onSubmit={submit}>
      <label className="label" htmlFor="answer">
        {t('reply.label')}
      </label>
      <textarea
        ref={field}
        id="answer"
        className={styles.text}
        placeholder={t('reply.placeholder')}
        maxLength={1_000_000}
        disabled={busy}
        value={text}
        onChange={(event) => changed(event.target.value, files)}
      />
      {files.length > 0 && (
        <ul className={styles.files}>
          {files.map((file) => (
            <li key={`${file.name}-${file.size}-${file.lastModified}`}>
              <FileChip
                name={file.name}
                sizeBytes={file.size}
                {...(busy
                  ? {}
                  : {
                      onRemove: () =>
                        changed(
                          text,
                          files.filter((kept) => kept !== file),
                        ),
                    })}
              />
            </li>
          ))}
        </ul>
      )}
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          changed(text, [...files, ...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      <button
        type="button"
        className={`button ${styles.add}`}
        disabled={busy}
        onClick={() => picker.current?.click()}
      >
        <IconPaperclip size={18} aria-hidden />
        {t('reply.attach')}
      </button>
      {busy && (
        <progress
          className={styles.progress}
          max={100}
          value={percent}
          aria-label={t('reply.sending', { percent })}
        />
      )}
      {state.name === 'writing' && state.problem !== null && (
        <div style={{ marginBottom: 12 }}>
          <Notice tone={state.problem === 'failed' ? 'wait' : 'risk'} announce="alert">
            {state.problem === 'tooLarge'
              ? t('reply.tooLarge', { limit: LIMIT_MB })
              : t(`reply.${state.problem}`)}
          </Notice>
        </div>
      )}
      <button type="submit" className="button primary" disabled={busy}>
        {busy ? t('reply.sending', { percent }) : t('reply.button')}
      </button>
    </form>
  );
}
