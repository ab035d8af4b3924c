import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env['CAREPOST_TESTDATA'] ?? join(import.meta.dirname, '../../../shared/testdata');

/** Why tests with the collections of others are left out; false when they are here (CAREPOST_TESTDATA). */
export const withoutTestdata = existsSync(folder)
  ? false
  : 'the collections of others are not here: CAREPOST_TESTDATA names their folder';

/** The big list of naughty strings. */
export function naughtyStrings(): string[] {
  const texts = JSON.parse(readFileSync(join(folder, 'strings/blns.base64.json'), 'utf8')) as string[];
  return texts.map((text) => Buffer.from(text, 'base64').toString('utf8'));
}

/** Addresses right and wrong, of the test set of isemail. Control characters stand there as symbols from U+2400 on. */
export function testAddresses(): string[] {
  const xml = readFileSync(join(folder, 'address/isemail-tests.xml'), 'utf8');
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  const read = (text: string) =>
    text
      .replaceAll(/&#x([0-9A-Fa-f]+);/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
      .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
      .replaceAll(/&(\w+);/g, (all, name: string) => entities[name] ?? all)
      .replaceAll(/[\u2400-\u241f]/g, (symbol) =>
        String.fromCodePoint((symbol.codePointAt(0) ?? 0) - 0x2400),
      );
  return [...xml.matchAll(/<address>([\s\S]*?)<\/address>/g)].map(([, text = '']) => read(text));
}

/** Messages that mail programs stumble over. */
export function oddMessages(): Buffer[] {
  return ['legacy', 'rfc'].flatMap((part) => {
    const mime = join(folder, 'mime/mail-parser', part);
    return readdirSync(mime)
      .filter((name) => name.endsWith('.eml') || name.endsWith('.txt'))
      .toSorted()
      .map((name) => readFileSync(join(mime, name)));
  });
}

/** A file of one of the collections. */
export function testdataFile(path: string): Buffer {
  return readFileSync(join(folder, path));
}
