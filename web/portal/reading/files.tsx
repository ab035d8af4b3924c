import { IconFile } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { sizeParts } from '../../ui/format-size.ts';
import { attachmentUrl, type PortalMessage } from '../api.ts';
import styles from './message-page.module.css';

/** The files of a message. A download is told to the sender. */
export function Files({ message }: { message: PortalMessage }) {
  const { t, i18n } = useTranslation(['portal', 'ui']);
  const files = message.attachments.filter(({ inline }) => !inline);
  if (files.length === 0) return null;
  const sizeWords = (bytes: number) => {
    const { unit, value } = sizeParts(bytes, i18n.language);
    return unit === 'bytes' ? t('ui:size.bytes', { count: bytes }) : t(`ui:size.${unit}`, { value });
  };
  return (
    <ul className={styles.files} aria-label={t('message.attachments')}>
      {files.map(({ partId, filename, size }) => (
        <li key={partId} className={styles.file}>
          <IconFile size={20} stroke={1.8} aria-hidden />
          <div>
            <b>{filename || t('ui:file.unnamed')}</b>
            <div className="small">{sizeWords(size)}</div>
          </div>
          <a href={attachmentUrl(message.offerId, partId)} download={filename}>
            {t('message.download')}
            <span className="said"> {filename}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
