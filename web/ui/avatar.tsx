import styles from './avatar.module.css';

/** First letters of the first and last word: "A. Nurse" → "AN"; of an address, its local part. */
export function initials(name: string): string {
  const words = name
    .replace(/@.*/s, '')
    .split(/\s+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letter = (word = '') => {
    const point = word.replace(/^[^\p{L}\p{N}]+/u, '').codePointAt(0);
    return point === undefined ? '' : String.fromCodePoint(point);
  };
  const both = words.length > 1 ? letter(words[0]) + letter(words.at(-1)) : letter(words[0]);
  return both.toLocaleUpperCase();
}

/** Initials in a circle; decoration, the name stands beside it. */
export function Avatar({ name }: { name: string }) {
  return (
    <span className={styles.avatar} aria-hidden>
      {initials(name)}
    </span>
  );
}
