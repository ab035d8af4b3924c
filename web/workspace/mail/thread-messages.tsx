import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Email } from '../../api/jmap/types.ts';
import { useMarkSeen } from '../../api/mail/actions.ts';
import { ThreadMessage } from './thread-message.tsx';

interface ThreadMessagesProps {
  emails: readonly Email[];
  /** Where the thread was opened. */
  mailboxId: string;
}

/**
 * The messages of a thread, oldest first. The newest, the newest of this mailbox (in Sent: with what
 * became of it) and what was unread stand open. Reading marks them read.
 */
export function ThreadMessages({ emails, mailboxId }: ThreadMessagesProps) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  const { mutate: markSeen } = useMarkSeen();
  const [open] = useState(() => {
    const newestHere = emails.findLast((email) => email.mailboxIds[mailboxId] === true);
    return new Set([...unreadOf(emails), newestHere?.id, emails.at(-1)?.id]);
  });
  const marked = useRef(new Set<string>());

  useEffect(() => {
    const emailIds = unreadOf(emails).filter((id) => !marked.current.has(id));
    for (const id of emailIds) marked.current.add(id);
    if (emailIds.length > 0) markSeen({ emailIds, seen: true });
  }, [emails, markSeen]);

  // Where the thread takes the place of the list, reading goes on at its heading.
  useEffect(() => {
    if (window.matchMedia('(max-width: 900px)').matches) heading.current?.focus();
  }, []);

  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {emails[0]?.subject || t('list.noSubject')}
      </h1>
      {emails.map((email, index) => (
        <ThreadMessage
          key={email.id}
          email={email}
          // What comes while one reads is shown whole.
          startsOpen={open.has(email.id) || index === emails.length - 1}
          alone={emails.length === 1}
        />
      ))}
    </>
  );
}

function unreadOf(emails: readonly Email[]): string[] {
  return emails.filter((email) => email.keywords['$seen'] !== true).map((email) => email.id);
}
