import type { LetterBody, LetterWords } from './letter-words.ts';
import { composeMessage } from '#protocols/mime/index.ts';

export interface LetterDraft {
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly words: LetterWords;
  /** The link or the code; the only thing in a letter that nobody else may see. */
  readonly link?: string;
  readonly code?: string;
  /** Without angle brackets. */
  readonly messageId: string;
  readonly date: Date;
}

/** A letter as RFC 5322, text and HTML alike: no images, no tracking, no attachment. */
export function composeLetter(letter: LetterDraft): Promise<Buffer> {
  const { words } = letter;
  return composeMessage({
    from: letter.from,
    to: [{ name: '', address: letter.to }],
    subject: words.subject,
    text: [asText(words.english, letter), asText(words.spanish, letter)].join('\n\n—\n\n'),
    html: page(letter),
    messageId: letter.messageId,
    date: letter.date,
    headers: { 'Auto-Submitted': 'auto-generated' }, // RFC 3834 §5: no out-of-office answers
  });
}

function asText({ opening, closing }: LetterBody, { link, code }: LetterDraft): string {
  return [
    opening,
    ...(link === undefined ? [] : [link]),
    ...(code === undefined ? [] : [code]),
    ...closing,
  ].join('\n\n');
}

function page(letter: LetterDraft): string {
  const { words } = letter;
  return `<!doctype html><html><body style="margin:0;padding:24px;font-family:system-ui,sans-serif;font-size:17px;line-height:1.5;color:#1c2326;background:#ffffff">
<div lang="en" style="max-width:34em">${asHtml(words.english, letter)}</div>
<hr style="border:0;border-top:1px solid #d5dbdd;margin:24px 0;max-width:34em">
<div lang="es" style="max-width:34em">${asHtml(words.spanish, letter)}</div>
</body></html>`;
}

function asHtml({ opening, link: label, closing }: LetterBody, { link, code }: LetterDraft): string {
  const paragraph = (content: string): string => `<p>${content}</p>`;
  return [
    paragraph(escapeHtml(opening)),
    ...(link === undefined || label === undefined
      ? []
      : [
          // The address is shown as well: people are told to look where a link leads.
          paragraph(
            `<a href="${escapeHtml(link)}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#0b6b78;color:#ffffff;text-decoration:none">${escapeHtml(label)}</a>`,
          ),
          paragraph(`<span style="font-size:14px;word-break:break-all">${escapeHtml(link)}</span>`),
        ]),
    ...(code === undefined
      ? []
      : [
          paragraph(
            `<span style="font-size:28px;letter-spacing:4px;font-weight:600">${escapeHtml(code)}</span>`,
          ),
        ]),
    ...closing.map((text) => paragraph(escapeHtml(text))),
  ].join('\n');
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
