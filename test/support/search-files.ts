import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** A form that a text can lie about in. */
export interface Needle {
  readonly encoding: string;
  readonly octets: Buffer;
}

/**
 * The forms of a text, without what depends on its neighbours. In base64 three characters of text are four
 * of code: where the text begins decides between three forms. Quoted-printable is UTF-8 for plain ASCII.
 */
export function needlesFor(text: string): Needle[] {
  const utf8 = Buffer.from(text, 'utf8');
  const ascii = (encoding: string, code: string): Needle => ({
    encoding,
    octets: Buffer.from(code, 'latin1'),
  });
  const base64 = [0, 1, 2].map((before) => {
    const code = Buffer.concat([Buffer.alloc(before), utf8])
      .toString('base64')
      .replace(/=+$/, '');
    // The first characters hold bits of what stands before, the last ones bits of what follows.
    const first = before === 0 ? 0 : before + 1;
    const last = (before + utf8.length) % 3 === 0 ? code.length : code.length - 1;
    return ascii(`base64+${before}`, code.slice(first, last));
  });
  const escaped = [...text]
    .map((character) =>
      (character.codePointAt(0) ?? 0) > 126
        ? [...Buffer.from(character)]
            .map((octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`)
            .join('')
        : character,
    )
    .join('');
  const jsonEscaped = [...text]
    .map((character) =>
      (character.codePointAt(0) ?? 0) > 126
        ? `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
        : character,
    )
    .join('');
  const all = [
    { encoding: 'UTF-8', octets: utf8 },
    { encoding: 'UTF-16LE', octets: Buffer.from(text, 'utf16le') },
    { encoding: 'UTF-16BE', octets: Buffer.from(text, 'utf16le').swap16() },
    ...base64,
    ...base64.map(({ encoding, octets }) =>
      ascii(`${encoding} url`, octets.toString('latin1').replaceAll('+', '-').replaceAll('/', '_')),
    ),
    ascii('hex', utf8.toString('hex')),
    ascii('HEX', utf8.toString('hex').toUpperCase()),
    ascii('quoted-printable', escaped),
    ascii('JSON', jsonEscaped),
    ascii('percent', encodeURIComponent(text)),
  ];
  return [...new Map(all.map((needle) => [needle.octets.toString('latin1'), needle])).values()];
}

export interface Find {
  readonly encoding: string;
  /** The file, from the folder on. */
  readonly where: string;
  /** What stands around it: for finding out how it got there. */
  readonly around: string;
}

export function searchOctets(content: Buffer, needles: readonly Needle[], where: string): Find[] {
  return needles.flatMap(({ encoding, octets }) => {
    const at = content.indexOf(octets);
    if (at < 0) return [];
    return [
      {
        encoding,
        where,
        around: content
          .subarray(Math.max(0, at - 60), at + octets.length + 60)
          .toString('latin1')
          .replaceAll(/[^\x20-\x7e]/g, '.'),
      },
    ];
  });
}

/** Searches the raw octets of every file below `folder`, except below the folders named in `without`. */
export async function searchFolder(
  folder: string,
  needles: readonly Needle[],
  without: readonly string[] = [],
): Promise<{ finds: Find[]; files: number; octets: number }> {
  const finds: Find[] = [];
  let files = 0;
  let octets = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const name = relative(folder, file);
    if (!entry.isFile() || without.some((left) => name.startsWith(`${left}/`))) continue;
    const content = await readFile(file);
    finds.push(...searchOctets(content, needles, name));
    files += 1;
    octets += content.length;
  }
  return { finds, files, octets };
}
