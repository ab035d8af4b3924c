import type { MessageCategory } from '#contract/messages.ts';
import type { Email, EmailAddress } from '../../api/jmap/types.ts';
import type { Draft } from '../../api/mail/draft.ts';
import { textAsHtml } from '../../ui/message-document.ts';
import { mergeRecipients, sameAddress } from './parse-recipients.ts';

/** How an answer begins. `own` are the addresses of the person who answers. */
interface AnswerWords {
  own: readonly string[];
  /** "On 3 June, A. Nurse wrote:" */
  introduce: (email: Email) => string;
}

export function emptyDraft(category: MessageCategory): Draft {
  return {
    to: [],
    cc: [],
    bcc: [],
    subject: '',
    html: '',
    text: '',
    category,
    attachments: [],
    inReplyTo: [],
    references: [],
  };
}

/** An answer to the sender, or to everyone else on the message as well. */
export function replyDraft(
  email: Email,
  everyone: boolean,
  category: MessageCategory,
  words: AnswerWords,
): Draft {
  const notOwn = ({ email: address }: EmailAddress) => !words.own.some((own) => sameAddress(own, address));
  const author = email.replyTo?.length ? email.replyTo : (email.from ?? []);
  // Answering one's own message goes to those it was for.
  const to = author.some(notOwn) ? author.filter(notOwn) : (email.to ?? []);
  const others = everyone ? [...(author.some(notOwn) ? (email.to ?? []) : []), ...(email.cc ?? [])] : [];
  const cc = mergeRecipients([], others.filter(notOwn)).filter(
    (recipient) => !to.some((first) => sameAddress(first.email, recipient.email)),
  );
  return {
    ...emptyDraft(category),
    to,
    cc,
    subject: prefixed('Re:', email.subject),
    html: quoted(email, words),
    inReplyTo: email.messageId ?? [],
    references: [...(email.references ?? email.inReplyTo ?? []), ...(email.messageId ?? [])],
  };
}

/** The message and its attachments, for someone else. */
export function forwardDraft(email: Email, category: MessageCategory, words: AnswerWords): Draft {
  return {
    ...emptyDraft(category),
    subject: prefixed('Fwd:', email.subject),
    html: quoted(email, words),
    attachments: attachmentsOf(email),
  };
}

/** A saved draft, to go on with. */
export function resumedDraft(email: Email, category: MessageCategory): Draft {
  return {
    to: email.to ?? [],
    cc: email.cc ?? [],
    bcc: email.bcc ?? [],
    subject: email.subject ?? '',
    html: htmlOf(email),
    text: '',
    category: email['carepost:category'] ?? category,
    attachments: attachmentsOf(email),
    inReplyTo: email.inReplyTo ?? [],
    references: email.references ?? [],
  };
}

/** The safe HTML of a message, made from its text where there is none. */
export function htmlOf(email: Email): string {
  if (email['carepost:safeHtml']) return email['carepost:safeHtml'];
  const text = email.textBody.map((part) => email.bodyValues[part.partId ?? '']?.value ?? '').join('\n');
  return textAsHtml(text);
}

function quoted(email: Email, { introduce }: AnswerWords): string {
  return `<p></p><p>${textAsHtml(introduce(email)).replace(/<\/?div[^>]*>/g, '')}</p><blockquote>${linesAsParagraphs(htmlOf(email))}</blockquote>`;
}

/** Text kept by `white-space: pre-wrap` would lose its lines in the editor. */
function linesAsParagraphs(html: string): string {
  const text = /^<div style="white-space:pre-wrap">(.*)<\/div>$/s.exec(html)?.[1];
  return text === undefined
    ? html
    : `<p>${text
        .split(/\n{2,}/)
        .map((block) => block.replaceAll('\n', '<br>'))
        .join('</p><p>')}</p>`;
}

function prefixed(prefix: 'Re:' | 'Fwd:', subject: string | null): string {
  const bare = (subject ?? '').replace(prefix === 'Re:' ? /^(?:re:\s*)+/i : /^(?:fwd?:\s*)+/i, '');
  return `${prefix} ${bare}`.trim();
}

function attachmentsOf(email: Email) {
  return email.attachments.flatMap((part) =>
    part.blobId === null
      ? []
      : [{ blobId: part.blobId, name: part.name ?? '', type: part.type, size: part.size }],
  );
}
