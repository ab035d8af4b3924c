import type { HeaderSection } from '#protocols/mime/index.ts';

/** Fields of programs that answer by themselves; that one is there is enough. */
const marks: ReadonlySet<string> = new Set([
  'x-autoreply',
  'x-autorespond',
  'x-autoresponder',
  'x-auto-response-suppress', // Exchange, on its out-of-office answers
  'x-ms-exchange-inbox-rules-loop',
]);

/** What Outlook, Gmail and others begin the subject of an out-of-office answer with. */
const subjects =
  /^\s*(?:auto(?:matic(?:ally)?)?[ -]?(?:generated )?(?:reply|response|answer)|out of (?:the )?office|respuesta automática|fuera de la oficina|réponse automatique|automatische antwort|abwesenheitsnotiz)\b/i;

/** A report of a mail server, by RFC 6522 or as Exim marks its own: Postfix and Exim call these auto-replied too. */
function isReport({ fields }: HeaderSection): boolean {
  return fields.some(
    ({ key, value }) =>
      key === 'x-failed-recipients' || (key === 'content-type' && /^\s*multipart\/report\b/i.test(value)),
  );
}

/**
 * Whether no person wrote this: an answer of a program to a message (RFC 3834 §5), or as programs in the field mark
 * theirs. Reports about delivery are none.
 */
export function isAutomaticReply(section: HeaderSection): boolean {
  if (isReport(section)) return false;
  const { fields } = section;
  return fields.some(({ key, value }) => {
    if (key === 'auto-submitted') return /^\s*auto-replied\b/i.test(value);
    if (key === 'precedence') return /^\s*auto_reply\b/i.test(value);
    if (key === 'subject') return subjects.test(value);
    return marks.has(key);
  });
}
