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

/** Whether no person wrote this: an answer of a program to a message (RFC 3834 §5), or as programs in the field mark theirs. */
export function isAutomaticReply({ fields }: HeaderSection): boolean {
  return fields.some(({ key, value }) => {
    if (key === 'auto-submitted') return /^\s*auto-replied\b/i.test(value);
    if (key === 'precedence') return /^\s*auto_reply\b/i.test(value);
    if (key === 'subject') return subjects.test(value);
    return marks.has(key);
  });
}
