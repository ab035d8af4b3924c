import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  decodeTransfer,
  encodeQuotedPrintable,
  formatField,
  locateTexts,
  readEntity,
  splitMultipart,
  type MimeEntity,
} from '#protocols/mime/index.ts';
import { decodeText } from '#protocols/mime/media-type.ts';
import { protectHeaders, readProtectedHeaders } from './index.ts';
import { findLegacyElements, startOfBody } from './legacy-html.ts';

const header = 'From: Ann <ann@clinic.test>\r\nSubject: Your result\r\n';
const lines = (...all: string[]): string => all.join('\r\n');
const text = (body: string, type = 'text/plain; charset=utf-8', encoding = '8bit'): string =>
  `Content-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`;
const part = (type: string, boundary: string, ...parts: string[]): string =>
  lines(
    `Content-Type: multipart/${type}; boundary=${boundary}`,
    '',
    ...parts.flatMap((each) => [`--${boundary}`, each]),
    `--${boundary}--`,
    '',
  );

function protect(raw: Buffer | string, protection: 'cipher' | 'clear' = 'cipher') {
  const made = protectHeaders(Buffer.from(raw), protection);
  ok(made);
  return made;
}

function shown(outer: Buffer, payload: Buffer, encrypted = true): Buffer {
  const read = readProtectedHeaders(outer, payload, {
    signed: true,
    encrypted,
    signers: ['ann@clinic.test'],
  });
  ok(read);
  return read.message;
}

function entityOf(raw: Buffer): MimeEntity {
  const read = readEntity(raw);
  if (!read.ok) throw new Error(read.problem);
  return read.entity;
}

/** What somebody reads whose program knows nothing of protected fields. */
function textsOf(raw: Buffer): string[] {
  const texts = locateTexts(raw, true);
  ok(texts !== 'incomplete');
  return texts.map(({ entity }) => {
    const { content } = decodeTransfer(entity.body, entity.encoding);
    const decoded = decodeText(content, entity.parameters.get('charset') ?? 'us-ascii');
    ok(!decoded.isProblem);
    return decoded.text;
  });
}

const element = '<div class="header-protection-legacy-display"><pre>Subject: Your result</pre></div>';

describe('What is hidden outside stands at the top', () => {
  test('of text and of HTML, and of nothing else', () => {
    const attachment = lines('Content-Type: text/plain', 'Content-Disposition: attachment', '', 'as it is');
    const { outerFields, payload } = protect(
      header +
        part(
          'mixed',
          'out',
          part(
            'alternative',
            'in',
            text('Hello\r\n'),
            text('<html><body class="a"><p>Hello</body></html>', 'text/html; charset=utf-8'),
          ),
          text('a second text'),
          attachment,
        ),
    );
    deepEqual(textsOf(payload), [
      'Subject: Your result\r\n\r\nHello\r\n',
      `<html><body class="a">${element}<p>Hello</body></html>`,
    ]);
    const inner = payload.toString();
    equal(inner.match(/;\r\n hp-legacy-display="1"\r\n/g)?.length, 2);
    ok(inner.includes(attachment) && inner.includes(text('a second text')));
    const read = shown(outerFields, payload).toString();
    ok(!/legacy-display/.test(read), read);
    deepEqual(textsOf(Buffer.from(read)), ['Hello\r\n', '<html><body class="a"><p>Hello</body></html>']);
  });

  test('decoded, on one line each, whatever it says', () => {
    const subject = formatField('Subject', 'Ünfälle <b>\u2028& "x"').toString();
    const split = 'Comments: =?utf-8?q?one=0D=0A=0D=0Atwo?=\r\n';
    const plain = protect(`${subject}${split}${text('Hi', 'text/plain', '7bit')}`);
    deepEqual(textsOf(plain.payload), ['Subject: Ünfälle <b> & "x"\r\nComments: one two\r\n\r\nHi']);
    ok(/charset="utf-8"[^]*quoted-printable/.test(plain.payload.toString()));
    deepEqual(textsOf(shown(plain.outerFields, plain.payload)), ['Hi']);
    const html = protect(`${subject}${text('<p>Hi', 'text/html; charset=iso-8859-1')}`);
    ok(
      textsOf(html.payload)[0]?.startsWith(
        '<div class="header-protection-legacy-display"><pre>Subject: &#220;nf&#228;lle &#60;b&#62;',
      ),
    );
    deepEqual(textsOf(shown(html.outerFields, html.payload)), ['<p>Hi']);
  });

  test('in other charsets too', () => {
    const japanese = Buffer.concat([
      Buffer.from(`Subject: =?utf-8?q?=C3=BC?=\r\n${text('', 'text/plain; charset=iso-2022-jp', '7bit')}`),
      Buffer.from('\x1b$B$3$s$K$A$O\x1b(B\r\n', 'latin1'),
    ]);
    const { outerFields, payload } = protect(japanese);
    deepEqual(textsOf(payload), ['Subject: ü\r\n\r\nこんにちは\r\n']);
    deepEqual(textsOf(shown(outerFields, payload)), ['こんにちは\r\n']);
  });

  test('a long subject breaks no rule about lines', () => {
    const { payload } = protect(
      `${formatField('Subject', 'word '.repeat(400).trim()).toString()}${text('Hi')}`,
    );
    ok(
      payload
        .toString()
        .split('\r\n')
        .every((line) => line.length <= 998),
    );
    ok(textsOf(payload)[0]?.startsWith('Subject: word word'));
  });

  test('not where nothing is hidden, nor where there is no text, nor in mail that is signed only', () => {
    for (const [raw, protection] of [
      ['From: a@b.test\r\nSubject: [...]\r\n\r\nHi\r\n', 'cipher'],
      [`${header}Content-Type: application/pdf\r\n\r\n%PDF`, 'cipher'],
      [`${header}${part('signed', 'b', text('Hi'), text('x'))}`, 'cipher'],
      [`${header}\r\nHi\r\n`, 'clear'],
    ] as const)
      ok(!/legacy-display|Subject: Your result\r\n\r\n/.test(bodyOf(protect(raw, protection).payload)));
  });

  test('a claim of another hand is taken out, the text stays', () => {
    const claimed = text('First\r\n\r\nSecond', 'text/plain; hp-legacy-display=1; charset=utf-8');
    for (const raw of [`From: a@b.test\r\n${claimed}`, `From: a@b.test\r\n${part('mixed', 'b', claimed)}`]) {
      const { outerFields, payload } = protect(raw);
      ok(!payload.includes('legacy'));
      deepEqual(textsOf(shown(outerFields, payload)), ['First\r\n\r\nSecond']);
    }
  });
});

const bodyOf = (payload: Buffer): string => {
  const { section } = entityOf(payload);
  return (
    payload.toString('latin1', section.fieldsEnd) +
    payload
      .toString('latin1')
      .match(/content-type.*/gi)
      ?.join()
  );
};

describe('What others put there is left out', () => {
  const outer = Buffer.from('From: Ann <ann@clinic.test>\r\nSubject: [...]\r\n\r\n');
  const payload = (type: string, body: string) =>
    Buffer.from(
      `From: Ann <ann@clinic.test>\r\nSubject: s\r\nHP-Outer: Subject: [...]\r\nContent-Type: ${type}\r\n\r\n${body}`,
    );
  const read = (type: string, body: string, encrypted = true) =>
    textsOf(shown(outer, payload(type, body), encrypted))[0];

  test('only within encryption, only where hp and the part say so', () => {
    const body = 'Subject: s\r\n\r\nHello\r\n';
    equal(read('text/plain; hp="cipher"; hp-legacy-display="1"', body), 'Hello\r\n');
    equal(read('text/plain; hp=cipher; hp-legacy-display=1', body), 'Hello\r\n');
    equal(read('text/plain; hp="cipher"; hp-legacy-display="1"', body, false), body);
    equal(read('text/plain; hp="clear"; hp-legacy-display="1"', body), body);
    equal(read('text/plain; hp-legacy-display="1"', body), body);
    equal(read('text/plain; hp="cipher"', body), body);
    equal(read('text/plain; hp="cipher"; hp-legacy-display="0"', body), body);
  });

  test('text without an empty line, HTML without the element stay', () => {
    const type = 'text/plain; hp="cipher"; hp-legacy-display="1"';
    equal(read(type, 'Hello'), 'Hello');
    equal(read(type, 'Subject: s\r\n \r\nHello'), 'Subject: s\r\n \r\nHello');
    equal(read(type.replace('plain', 'html'), '<p>a\r\n\r\nb'), '<p>a\r\n\r\nb');
  });

  test('in HTML, however it was written', () => {
    const legacy = (inner: string) => `<DIV id=x CLASS='a header-protection-legacy-display'>${inner}</DIV>`;
    const type = 'text/html; hp="cipher"; hp-legacy-display="1"';
    equal(
      read(type, `<body>${legacy('<div>Subject: <b>s</b><br></div>')}<p>x</p></body>`),
      '<body><p>x</p></body>',
    );
    equal(read(type, `<p>x</p>${legacy('a')} y ${legacy('b')}z`), '<p>x</p> y z');
    equal(read(type, '<body>a<div class=header-protection-legacy-display>s</body>'), '<body>a</body>');
    const comment = '<!-- <div class=header-protection-legacy-display> --><p>x</p>';
    equal(read(type, comment), comment);
  });

  test('markup nested without end costs little, and is not looked into', () => {
    const deep = `${'<div>'.repeat(200_000)}${'</p>'.repeat(200_000)}`;
    deepEqual(findLegacyElements(`${deep}${element}`), []);
    equal(startOfBody(`<!doctype html><html><head><title>t</title></head>${deep}`), 50);
  });
});

describe('Written and read again', () => {
  const word = fc.string({ unit: 'grapheme', maxLength: 40 });
  const body = fc
    .array(word, { maxLength: 8 })
    .map((words) => `${words.join('\r\n').replace(/\r(?!\n)|(?<!\r)\n|\ufeff|\0/g, '?')}\r\n`);
  const encodings = fc.constantFrom('8bit', 'base64', 'quoted-printable');

  test('property: all is as it was, and a stranger sees what is hidden first', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[^\p{C}\p{Z}]([^\p{C}\p{Zl}\p{Zp}]{0,80}[^\p{C}\p{Z}])?$/u),
        body,
        encodings,
        fc.boolean(),
        fc.boolean(),
        (subject, content, encoding, isHtml, isAlone) => {
          const html = (inner: string) =>
            `<html><body><p>${inner.replaceAll('<', '(')}</p></body></html>\r\n`;
          const written = isHtml ? html(content) : content;
          const first = text(
            encoded(Buffer.from(written), encoding),
            `text/${isHtml ? 'html' : 'plain'}; charset=utf-8`,
            encoding,
          );
          const other = text('kept', 'text/plain; name=a.txt');
          const raw = Buffer.concat([
            formatField('Subject', subject),
            Buffer.from(isAlone ? first : part('mixed', 'zz', first, other), 'latin1'),
          ]);
          const { outerFields, payload } = protect(raw);
          const [seen = ''] = textsOf(payload);
          if (subject !== '[...]') {
            if (isHtml)
              ok(seen.startsWith('<html><body><div class="header-protection-legacy-display"><pre>Subject: '));
            else equal(seen, `Subject: ${subject}\r\n\r\n${written}`);
          }
          const again = shown(outerFields, payload);
          deepEqual(textsOf(again), [written]);
          ok(!again.includes('hp-legacy-display'));
          if (!isAlone) equal(splitMultipart(entityOf(again))?.parts[1]?.toString('latin1'), other);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('property: whatever a text holds, what follows its first empty line is left', () => {
    const octets = fc.array(fc.constantFrom('\r\n', '\n', 'Subject: s', ' ', '\xff', '\0', '=', 'a\r'), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(octets, encodings, (pieces, encoding) => {
        const content = pieces.join('');
        const raw = `Subject: s\r\n${text(
          encoded(Buffer.from(content, 'latin1'), encoding),
          'text/plain; hp=cipher; hp-legacy-display=1; charset=utf-8',
          encoding,
        )}`;
        const read = entityOf(shown(Buffer.from('Subject: [...]\r\n\r\n'), Buffer.from(raw, 'latin1')));
        equal(
          decodeTransfer(read.body, read.encoding).content.toString('latin1'),
          content.replace(/^(?:[^]*?\n)??\r?\n/, ''),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});

function encoded(content: Buffer, encoding: string): string {
  if (encoding === 'base64') return `${content.toString('base64')}\r\n`;
  return (encoding === '8bit' ? content : encodeQuotedPrintable(content)).toString('latin1');
}
