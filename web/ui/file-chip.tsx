import { IconPaperclip, IconRefresh, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { sizeParts } from './format-size.ts';
import styles from './file-chip.module.css';

interface FileChipProps {
  name: string;
  sizeBytes: number;
  /** Where it can be fetched; makes the chip a link. */
  href?: string;
  /** Fetches it; makes the chip a button. */
  onOpen?: () => void;
  onRemove?: () => void;
  /** 0 to 1 while it uploads. */
  progress?: number;
  failed?: boolean;
  onRetry?: () => void;
}

/** One attachment: name, size, and while it uploads how far it is. */
export function FileChip({
  name,
  sizeBytes,
  href,
  onOpen,
  onRemove,
  progress,
  failed,
  onRetry,
}: FileChipProps) {
  const { t, i18n } = useTranslation('ui');
  const shown = name || t('file.unnamed');
  const size = sizeParts(sizeBytes, i18n.language);
  const words =
    size.unit === 'bytes'
      ? t('size.bytes', { count: sizeBytes })
      : t(`size.${size.unit}`, { value: size.value });
  const inside = (
    <>
      <IconPaperclip size={16} stroke={1.8} aria-hidden />
      <span className={styles.name}>{shown}</span>
      <span className={styles.note}>{failed ? t('file.failed') : words}</span>
    </>
  );
  if (href) {
    return (
      <a className={styles.file} href={href} download={shown} title={t('file.download', { name: shown })}>
        {inside}
      </a>
    );
  }
  if (onOpen) {
    return (
      <button
        type="button"
        className={styles.file}
        onClick={onOpen}
        title={t('file.download', { name: shown })}
      >
        {inside}
      </button>
    );
  }
  const percent = progress === undefined ? undefined : Math.round(progress * 100);
  return (
    <span className={`${styles.file} ${failed ? styles.failed : ''}`}>
      {inside}
      {failed && onRetry && (
        <button type="button" className={styles.small} onClick={onRetry} aria-label={t('file.retry')}>
          <IconRefresh size={14} aria-hidden />
        </button>
      )}
      {onRemove && (
        <button
          type="button"
          className={styles.small}
          onClick={onRemove}
          aria-label={t('file.remove', { name: shown })}
        >
          <IconX size={14} aria-hidden />
        </button>
      )}
      {percent !== undefined && !failed && (
        <progress
          className={styles.progress}
          aria-label={t('file.uploading', { name: shown, percent })}
          value={percent}
          max={100}
        />
      )}
    </span>
  );
}
