import { IconPaperclip } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Mailbox } from '../../api/jmap/types.ts';
import type { ListedEmail } from '../../api/mail/list-cache.ts';
import type { SentMessage } from '../../api/messages.ts';
import { fullTime, shortTime } from '../../ui/format-time.ts';
import { Tag } from '../../ui/tag.tsx';
import { arrivalLook, senderLook, sentTag } from './list-tag.ts';
import styles from './message-row.module.css';
import { correspondents } from './people.ts';

interface MessageRowProps {
  email: ListedEmail;
  mailbox: Mailbox;
  sent: SentMessage | undefined;
  to: string;
  current: boolean;
  now: Date;
}

/** One thread in a list: who, when, what about, and how it travelled. */
export function MessageRow({ email, mailbox, sent, to, current, now }: MessageRowProps) {
  const { t, i18n } = useTranslation();
  const outgoing = mailbox.role === 'sent' || mailbox.role === 'drafts';
  const unread = email.keywords['$seen'] !== true;
  const at = new Date(email.receivedAt);
  const people = correspondents(outgoing ? email.to : email.from);
  const who = people === '' ? t(outgoing ? 'list.noRecipient' : 'list.noSender') : people;
  const tag = sent && sentTag(sent);
  const arrival = outgoing ? null : email['carepost:arrival'];
  const look = arrival && arrivalLook(arrival);

  return (
    <Link
      to={to}
      className={`${styles.row} ${unread ? styles.unread : styles.read}`}
      aria-current={current ? 'true' : undefined}
      data-thread={email.threadId}
    >
      <span className={styles.top}>
        {unread && <span className="said">{t('list.unread')}</span>}
        <span className={styles.from}>{outgoing ? t('list.to', { who }) : who}</span>
        {email.threadSize > 1 && (
          <span className={styles.size}>
            <span aria-hidden>{email.threadSize}</span>
            <span className="said">{t('list.threadSize', { count: email.threadSize })}</span>
          </span>
        )}
        <time dateTime={email.receivedAt} title={fullTime(at, i18n.language)}>
          {shortTime(at, now, i18n.language)}
        </time>
      </span>
      <span className={styles.subject}>
        <span>{email.subject || t('list.noSubject')}</span>
        {email.hasAttachment && (
          <>
            <IconPaperclip size={14} stroke={1.8} aria-hidden />
            <span className="said">{t('list.hasAttachment')}</span>
          </>
        )}
      </span>
      <span className={styles.preview}>{email.preview}</span>
      {tag && (
        <span className={styles.tags}>
          <Tag tone={tag.tone} icon={tag.icon}>
            {t(tag.words, { count: tag.count })}
          </Tag>
        </span>
      )}
      {look && (
        <span className={styles.tags}>
          <Tag tone={look.tone} icon={look.icon}>
            {t(`arrival.${arrival.how === 'smtp' && !arrival.encrypted ? 'plain' : arrival.how}`)}
          </Tag>
          {arrival.sender?.doubt === 'contradicted' && (
            <Tag {...senderLook(arrival.sender)}>{t('sender.notProven')}</Tag>
          )}
        </span>
      )}
    </Link>
  );
}
