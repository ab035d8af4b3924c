import { IconArrowLeft, IconPrinter } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../../ui/avatar.tsx';
import { dayAndMonth, sentenceTime } from '../../ui/format-time.ts';
import { textAsHtml } from '../../ui/message-document.ts';
import { MessageFrame } from '../../ui/message-frame.tsx';
import { Notice } from '../../ui/notice.tsx';
import { api, type PortalMessage } from '../api.ts';
import { Ghost } from '../ghost.tsx';
import { Heading } from '../heading.tsx';
import { RefusalNotice } from '../refusal-notice.tsx';
import { useAnswer } from '../use-answer.ts';
import { go } from '../use-path.ts';
import { Files } from './files.tsx';
import styles from './message-page.module.css';
import { ReplyForm } from './reply-form.tsx';
import { useInlinePictures } from './use-inline-pictures.ts';

interface MessagePageProps {
  offerId: string;
  organization: string;
  onEnded: () => void;
}

/** One message. Showing it is told to the sender; asking for it is not. */
export function MessagePage({ offerId, organization, onEnded }: MessagePageProps) {
  const { t } = useTranslation('portal');
  const [answer, reload] = useAnswer(useCallback(() => api.message(offerId), [offerId]));
  const shown = answer?.ok === true;
  const ended = answer?.ok === false && answer.refusal.code === 'not-signed-in';

  useEffect(() => {
    if (shown) void api.markOpened(offerId);
  }, [shown, offerId]);
  useEffect(() => {
    if (ended) onEnded();
  }, [ended, onEnded]);

  if (answer === null || ended) return <Ghost />;
  return (
    <>
      <div className={`${styles.tools} unprinted`}>
        <button type="button" className="button" onClick={() => go('/portal/messages')}>
          <IconArrowLeft size={18} aria-hidden />
          {t('inbox.all')}
        </button>
        {answer.ok && (
          <button type="button" className="button" onClick={() => window.print()}>
            <IconPrinter size={18} aria-hidden />
            {t('message.print')}
          </button>
        )}
      </div>
      {answer.ok ? (
        <>
          <Message message={answer.value} />
          <div className="unprinted">
            <ReplyForm offerId={offerId} to={senderName(answer.value, organization)} onSent={reload} />
          </div>
        </>
      ) : (
        <section className="card">
          {answer.refusal.code === 'gone' || answer.refusal.code === 'not-found' ? (
            <>
              <Heading>{t('inbox.gone')}</Heading>
              <p>{t('message.gone', { organization })}</p>
            </>
          ) : (
            <RefusalNotice refusal={answer.refusal} />
          )}
        </section>
      )}
    </>
  );
}

function Message({ message }: { message: PortalMessage }) {
  const { t, i18n } = useTranslation('portal');
  const [now] = useState(() => new Date());
  const pictures = useInlinePictures(message);
  const from = senderName(message, '');
  return (
    <article className="card">
      <div className={styles.from}>
        <Avatar name={from} />
        <div>
          <b>{from}</b>
          <div className="small">
            {sentenceTime(new Date(message.sentAt), now, i18n.language)} ·{' '}
            {t('message.until', { date: dayAndMonth(new Date(message.availableUntil), now, i18n.language) })}
          </div>
        </div>
      </div>
      <Heading>{message.subject || t('inbox.noSubject')}</Heading>
      <MessageFrame html={message.html ?? textAsHtml(message.text)} inlineParts={pictures} />
      <Files message={message} />
      {message.replies.length > 0 && (
        <ul className={styles.answers}>
          {message.replies.map(({ messageId, repliedAt }) => (
            <li key={messageId}>
              <Notice tone="safe">
                {t('message.replied', { when: sentenceTime(new Date(repliedAt), now, i18n.language) })}
              </Notice>
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}

function senderName({ from: [sender] }: PortalMessage, otherwise: string): string {
  return sender?.name || sender?.address || otherwise;
}
