/** A file size as people read it: `{ unit: 'kb', value: '184' }`; the words are `size.*` in the `ui` texts. */
export function sizeParts(bytes: number, language: string): { unit: 'bytes' | 'kb' | 'mb'; value: string } {
  const number = (value: number, digits: number) =>
    value.toLocaleString(language, { maximumFractionDigits: digits });
  if (bytes < 1024) return { unit: 'bytes', value: number(bytes, 0) };
  if (bytes < 1024 * 1024) return { unit: 'kb', value: number(bytes / 1024, 0) };
  return { unit: 'mb', value: number(bytes / (1024 * 1024), 1) };
}
