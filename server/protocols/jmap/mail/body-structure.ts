import type { MimePart } from './part-tree.ts';

/** Which parts a reader shows as text, as HTML, and offers as files. RFC 8621 §4.1.4. */
export interface BodyView {
  readonly textBody: readonly MimePart[];
  readonly htmlBody: readonly MimePart[];
  readonly attachments: readonly MimePart[];
}

function isMedia(type: string): boolean {
  return type.startsWith('image/') || type.startsWith('audio/') || type.startsWith('video/');
}

/** The algorithm that RFC 8621 §4.1.4 gives in its text: three flat lists from the tree of parts. */
export function viewBody(root: MimePart): BodyView {
  const textBody: MimePart[] = [];
  const htmlBody: MimePart[] = [];
  const attachments: MimePart[] = [];

  // `text` and `html` are null inside an alternative where the other form has already been chosen.
  function visit(
    parts: readonly MimePart[],
    parentSubtype: string,
    inAlternative: boolean,
    givenText: MimePart[] | null,
    givenHtml: MimePart[] | null,
  ): void {
    let text = givenText;
    let html = givenHtml;
    const textBefore = text?.length ?? -1;
    const htmlBefore = html?.length ?? -1;
    parts.forEach((part, index) => {
      if (part.partId === null) {
        const subtype = part.type.slice('multipart/'.length);
        visit(part.subParts, subtype, inAlternative || subtype === 'alternative', text, html);
        return;
      }
      if (!isShownInline(part, index, parentSubtype)) {
        attachments.push(part);
        return;
      }
      if (parentSubtype === 'alternative') {
        if (part.type === 'text/plain') text?.push(part);
        else if (part.type === 'text/html') html?.push(part);
        else attachments.push(part);
        return;
      }
      if (inAlternative) {
        if (part.type === 'text/plain') html = null;
        if (part.type === 'text/html') text = null;
      }
      text?.push(part);
      html?.push(part);
      if ((text === null || html === null) && isMedia(part.type)) attachments.push(part);
    });
    if (parentSubtype !== 'alternative' || text === null || html === null) return;
    // Only one of the two forms was there: it stands for both.
    if (textBefore === text.length && htmlBefore !== html.length) text.push(...html.slice(htmlBefore));
    else if (htmlBefore === html.length && textBefore !== text.length) html.push(...text.slice(textBefore));
  }

  visit([root], 'mixed', false, textBody, htmlBody);
  return { textBody, htmlBody, attachments };
}

function isShownInline(part: MimePart, index: number, parentSubtype: string): boolean {
  if (part.disposition === 'attachment') return false;
  if (part.type !== 'text/plain' && part.type !== 'text/html' && !isMedia(part.type)) return false;
  if (index === 0) return true;
  // Of a related only the root is shown; text with a name that does not come first is a file.
  return parentSubtype !== 'related' && (isMedia(part.type) || part.name === null);
}
