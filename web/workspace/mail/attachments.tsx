import { useTranslation } from 'react-i18next';
import type { Email, EmailBodyPart } from '../../api/jmap/types.ts';
import { failureOf } from '../../api/failure.ts';
import { saveBlob } from '../../api/mail/blobs.ts';
import { FileChip } from '../../ui/file-chip.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import styles from './reading-pane.module.css';

/** The files of a message that are not shown inside its text. */
export function Attachments({ email }: { email: Email }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const files = email.attachments.filter((part) => part.disposition !== 'inline' || part.cid === null);
  if (files.length === 0) return null;

  const save = (part: EmailBodyPart) =>
    void saveBlob({ blobId: part.blobId ?? '', type: part.type, name: part.name ?? '' }).catch(
      (error: unknown) => toast.failed(words(failureOf(error))),
    );
  return (
    <ul className={styles.files} aria-label={t('read.attachments', { count: files.length })}>
      {files.map((part, index) => (
        <li key={part.blobId ?? index}>
          <FileChip name={part.name ?? ''} sizeBytes={part.size} onOpen={() => save(part)} />
        </li>
      ))}
    </ul>
  );
}
