import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeTransfer, encodeQuotedPrintable, readEntity, splitMultipart } from '#protocols/mime/index.ts';
import { decodeText } from '#protocols/mime/media-type.ts';
import { footerText } from './footer-text.ts';
import { FooterStream } from './index.ts';
import { withFooter } from './with-footer.ts';

const plain = 'Confidential.\nCall us if this is not for you.';
const written = plain.replace('\n', '\r\n');
const lines = (...all: string[]): string => all.join('\r\n');
const addFooter = (message: Buffer, footer: string): Buffer => {
  const done = withFooter(message, footerText(footer), true);
  ok(done !== null, 'of a whole message nothing more is needed');
  return done;
};
const added = (message: string, footer = plain): string =>
  addFooter(Buffer.from(message, 'latin1'), footer).toString('latin1');
const text = (body: string, type = 'text/plain; charset=utf-8', encoding = '8bit'): string =>
  `Content-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`;

function decoded(raw: Buffer): { type: string; text: string } {
  const read = readEntity(raw);
  if (!read.ok) throw new Error(read.problem);
  const { content, isProblem } = decodeTransfer(read.entity.body, read.entity.encoding);
  const string = decodeText(content, read.entity.parameters.get('charset') ?? 'us-ascii');
  ok(!isProblem && !string.isProblem);
  return { type: read.entity.type, text: string.text };
}

test('plain text gets it at its end', () => {
  equal(added('Subject: s\r\n\r\nHello\r\n'), `Subject: s\r\n\r\nHello\r\n\r\n${written}\r\n`);
  equal(added(text('Hello')), text(`Hello\r\n\r\n${written}`));
});

test('HTML gets it before the body ends, escaped', () => {
  const html = (foot: string): string =>
    text(`<html><body><p>Hi</p>${foot}</BODY></html>\r\n`, 'text/html; charset=iso-8859-1', '7bit');
  equal(added(html(''), 'a < b & é'), html('\r\n<div>a &#60; b &#38; é</div>\r\n').replace('é', '&#233;'));
  equal(added(text('<p>Hi', 'text/html'), 'x'), text('<p>Hi\r\n<div>x</div>\r\n', 'text/html'));
});

const alternative = (a: string, b: string): string =>
  lines('Content-Type: multipart/alternative; boundary=in', '', '--in', a, '--in', b, '--in--', '');
const attachment = lines('Content-Type: text/plain', 'Content-Disposition: attachment', '', 'kept as it is');

test('both alternatives get it, attachments do not', () => {
  const mixed = (a: string, b: string): string =>
    lines(
      'Content-Type: multipart/mixed; boundary="out"',
      '',
      'preamble',
      '--out',
      alternative(a, b),
      '--out',
      attachment,
      '--out--',
      '',
    );
  const html = (foot: string): string => text(`<body>Hi${foot}</body>`, 'text/html');
  equal(added(mixed(text('Hi'), html('')), 'x'), mixed(text('Hi\r\n\r\nx'), html('\r\n<div>x</div>\r\n')));
});

test('what is signed, encrypted, a report or unreadable stays byte for byte', () => {
  const within = (type: string): string =>
    lines(`Content-Type: ${type}; boundary=b`, '', '--b', text('Hi'), '--b', text('more'), '--b--', '');
  for (const message of [
    within('multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256'),
    within('multipart/encrypted; protocol="application/pgp-encrypted"'),
    within('multipart/report; report-type=delivery-status'),
    text('TWltZQ==', 'application/pkcs7-mime; smime-type=enveloped-data', 'base64'),
    text('-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\nHi\r\n'),
    lines('Content-Type: text/plain', 'Content-Type: text/html', '', 'Hi', ''),
    attachment,
    text('Hi', 'text/plain; charset=utf-8', 'x-own'),
  ])
    equal(added(message), message);
  const enclosed = lines(
    'Content-Type: multipart/mixed; boundary=o',
    '',
    '--o',
    within('multipart/signed'),
    '--o--',
    '',
  );
  equal(added(enclosed), enclosed);
});

test('not twice: plain, quoted, in HTML', () => {
  for (const message of [
    text(`Hi\r\n\r\n${written}\r\n`),
    text(`My answer\r\n\r\n> Hi\r\n>\r\n> Confidential.\r\n> Call us if\r\n> this is not for you.\r\n`),
    text(
      `<body><blockquote><div>Confidential.<br>Call us if this is not for&nbsp;you.</div></blockquote></body>`,
      'text/html',
    ),
  ])
    equal(added(message), message);
  const earlier = text(`${written}\r\n\r\nand then my words\r\n`);
  ok(added(earlier).length > earlier.length, 'above in the text does not count');
});

test('a footer that the charset or encoding cannot say makes the part UTF-8', () => {
  const message = 'Subject: s\r\nContent-Type: text/plain; format=flowed\r\nX-Own: 1\r\n\r\nHello = you\r\n';
  const result = addFooter(Buffer.from(message), 'Vertraulich – für Sie');
  equal(decoded(result).text, 'Hello = you\r\n\r\nVertraulich – für Sie\r\n');
  ok(/[^\x00-\x7f]/.exec(result.toString('latin1')) === null, 'without 8-bit bytes');
  ok(result.toString().includes('format=flowed') && result.toString().includes('X-Own: 1'));
  const japanese = Buffer.concat([
    Buffer.from(text('', 'text/plain; charset=iso-2022-jp', '7bit')),
    Buffer.from('\x1b$B$3$s$K$A$O\x1b(B\r\n', 'latin1'),
  ]);
  equal(decoded(addFooter(japanese, plain)).text, `こんにちは\r\n\r\n${written}\r\n`);
});

test('base64 and quoted-printable stay what they are', () => {
  const base64 = text(
    `${Buffer.from('Grüße\r\n').toString('base64')}\r\n`,
    'text/plain; charset=utf-8',
    'base64',
  );
  equal(decoded(Buffer.from(added(base64, 'é'.normalize()))).text, 'Grüße\r\n\r\né\r\n');
  const quoted = text(
    'Gr=C3=BC=C3=9Fe und ein =\r\nlanges=20\r\n',
    'text/plain; charset=utf-8',
    'quoted-printable',
  );
  equal(added(quoted, 'x=y'), `${quoted}\r\nx=3Dy\r\n`);
  const split = text('<body>Hi</bo=\r\ndy>', 'text/html; charset=utf-8', 'quoted-printable');
  equal(decoded(Buffer.from(added(split, 'x'))).text, '<body>Hi\r\n<div>x</div>\r\n</body>');
  for (const open of ['soft=', 'blank '])
    ok(
      decoded(Buffer.from(added(text(open, 'text/plain', 'quoted-printable'), 'x'))).text.endsWith(
        '\r\n\r\nx',
      ),
    );
});

const word = fc.string({ unit: 'grapheme', maxLength: 60 });
const footers = fc
  .array(fc.stringMatching(/^[a-zé–<&>=.]{1,40}$/u), { minLength: 1, maxLength: 4 })
  .map((all) => all.join('\n'));

test('property: quoted-printable decodes to the same bytes, in lines of 76', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, isText) => {
      const content = isText
        ? Buffer.from(Buffer.from(bytes).toString('latin1').replace(/\n/g, '\r\n'))
        : Buffer.from(bytes);
      const encoded = encodeQuotedPrintable(content);
      deepEqual(decodeTransfer(encoded, 'quoted-printable').content, content);
      ok(
        encoded
          .toString('latin1')
          .split('\r\n')
          .every((line) => line.length <= 76 && !/[ \t]$/.test(line)),
      );
    }),
  );
});

test('property: what was there stays, decoded, and the footer is the rest', () => {
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 8 }),
      fc.constantFrom('8bit', 'base64', 'quoted-printable'),
      fc.boolean(),
      footers,
      (words, encoding, isHtml, footer) => {
        const body = Buffer.from(`${words.join('\r\n').replace(/\r(?!\n)|(?<!\r)\n|\ufeff/g, '?')}\r\n`);
        const coded =
          encoding === 'base64'
            ? `${body.toString('base64')}\r\n`
            : (encoding === '8bit' ? body : encodeQuotedPrintable(body)).toString('latin1');
        const first = text(coded, `${isHtml ? 'text/html' : 'text/plain'}; charset=utf-8`, encoding);
        const message = Buffer.from(
          lines(
            'Content-Type: multipart/mixed; boundary=zz',
            '',
            '--zz',
            first,
            '--zz',
            attachment,
            '--zz--',
            '',
          ),
          'latin1',
        );
        const result = addFooter(message, footer);
        const read = readEntity(result);
        const parts = read.ok ? splitMultipart(read.entity)?.parts : undefined;
        equal(parts?.length, 2);
        equal(parts?.[1]?.toString(), attachment);
        const after = decoded(parts?.[0] ?? Buffer.alloc(0)).text;
        const before = body.toString();
        if (!isHtml) return after === before || after === `${before}\r\n${footer.replace(/\n/g, '\r\n')}\r\n`;
        const at = after.lastIndexOf('\r\n<div>');
        return after === before || (after.endsWith('</div>\r\n') && before.startsWith(after.slice(0, at)));
      },
    ),
  );
});

test('property: streamed in pieces of any size, the same comes out; nothing stays behind', () => {
  const mixed = (body: string): Buffer =>
    Buffer.from(
      lines(
        'Subject: s',
        'Content-Type: multipart/mixed; boundary=zz',
        '',
        '--zz',
        alternative(text(body), text(`<body>${body}</body>`, 'text/html')),
        '--zz',
        attachment.repeat(3),
        '--zz--',
        '',
      ),
    );
  for (const message of [
    mixed('a'),
    mixed('long line\r\n'.repeat(4_000)),
    Buffer.from(text('b\r\n')),
    Buffer.alloc(0),
  ])
    for (const size of [1, 7, 4096, 20_000]) {
      const stream = new FooterStream(plain);
      const out: Buffer[] = [];
      for (let at = 0; at < message.length; at += size)
        out.push(Buffer.from(stream.push(message.subarray(at, at + size))));
      out.push(stream.end());
      deepEqual(Buffer.concat(out), addFooter(message, plain));
    }
  const huge = Buffer.from(text('x'.repeat(3 * 1024 * 1024)));
  const stream = new FooterStream(plain);
  deepEqual(Buffer.concat([stream.push(huge), stream.end()]), huge, 'too long to be held');
});
