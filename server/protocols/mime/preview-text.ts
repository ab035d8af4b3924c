const length = 160;

/** The first 160 characters that a reader would read: without quoted lines, rules and runs of space. */
export function previewOf(text: string): string {
  const lines = text
    .slice(0, 8192)
    .split('\n')
    .filter((line) => !/^\s*>|^\s*[-_=*]{3,}\s*$/.test(line));
  const joined = lines
    .join(' ')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  return [...joined].slice(0, length).join('').toWellFormed();
}
