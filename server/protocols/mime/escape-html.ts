/** Text as HTML, in ASCII alone: right in whatever charset the page around it is. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'\u{80}-\u{10ffff}]/gu, (character) => `&#${character.codePointAt(0)};`);
}
