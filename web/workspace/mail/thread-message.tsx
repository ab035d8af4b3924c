import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Email } from '../../api/jmap/types.ts';
import { useMailboxes } from '../../api/mail/queries.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { fullTime, sentenceTime } from '../../ui/format-time.ts';
import { MessageFrame } from '../../ui/message-frame.tsx';
import { useMay } from '../session/session-context.ts';
import { useNow } from '../shell/use-now.ts';
import { htmlOf } from '../compose/start-draft.ts';
import { ArrivalLine } from './arrival-line.tsx';
import { Attachments } from './attachments.tsx';
import { chosenCategory } from './chosen-category.ts';
import { MessageFields } from './message-fields.tsx';
import { personName } from './people.ts';
import styles from './reading-pane.module.css';
import { isSent } from './thread.ts';
import { useInlineParts } from './use-inline-parts.ts';
import { WhatBecameOfIt } from './what-became-of-it.tsx';

/** One message of a thread: folded to a line, or whole. */
export function ThreadMessage({
  email,
  startsOpen,
  alone,
}: {
  email: Email;
  startsOpen: boolean;
  alone: boolean;
}) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(startsOpen);
  const [detailed, setDetailed] = useState(false);
  const now = useNow(60_000);
  const mailboxes = useMailboxes();
  const maySeeJourney = useMay('delivery.read');
  const author = email.from?.[0];
  const name = author ? personName(author) : t('list.noSender');
  const at = new Date(email.receivedAt);
  const when = (
    <time dateTime={email.receivedAt} title={fullTime(at, i18n.language)}>
      {sentenceTime(at, now, i18n.language)}
    </time>
  );

  if (!open) {
    return (
      <article className={styles.message} aria-label={t('read.messageFrom', { name })}>
        <button type="button" className={styles.head} aria-expanded={false} onClick={() => setOpen(true)}>
          <Avatar name={name} />
          <span className={styles.who}>
            <span className={styles.name}>{name}</span> <span className={styles.muted}>{when}</span>
            <span className={styles.peek}>{email.preview}</span>
          </span>
        </button>
      </article>
    );
  }
  const category = chosenCategory(email);
  const count = (email.to?.length ?? 0) + (email.cc?.length ?? 0) + (email.bcc?.length ?? 0);
  return (
    <article className={styles.message} aria-label={t('read.messageFrom', { name })}>
      <div className={styles.head}>
        <Avatar name={name} />
        <div className={styles.who}>
          <span className={styles.name}>{name}</span>{' '}
          <span className={styles.muted}>
            <button
              type="button"
              className={styles.details}
              aria-expanded={detailed}
              onClick={() => setDetailed(!detailed)}
            >
              {t('read.toPeople', { count })}
            </button>
            {category && ` · ${t(`category.${category}`)}`} · {when}
            {!alone && (
              <>
                {' · '}
                <button type="button" className={styles.details} aria-expanded onClick={() => setOpen(false)}>
                  {t('read.fold')}
                </button>
              </>
            )}
          </span>
          {detailed && <MessageFields email={email} />}
        </div>
      </div>
      <ArrivalLine email={email} />
      <Body email={email} />
      <Attachments email={email} />
      {maySeeJourney && mailboxes.data && isSent(email, mailboxes.data) && (
        <WhatBecameOfIt messageId={email.id} />
      )}
    </article>
  );
}

function Body({ email }: { email: Email }) {
  const inlineParts = useInlineParts(email);
  return (
    <div className={styles.body}>
      <MessageFrame html={htmlOf(email)} inlineParts={inlineParts} />
    </div>
  );
}
