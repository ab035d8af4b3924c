import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { SmtpError } from './errors.ts';
import { readExtensions } from './extensions.ts';
import { ReplyParser } from './reply-parser.ts';
import { describeReply, formatReply, replyClass, smtpReply, type SmtpReply } from './reply.ts';

function parse(wire: string, size = wire.length): SmtpReply[] {
  const parser = new ReplyParser();
  const bytes = Buffer.from(wire);
  const replies: SmtpReply[] = [];
  for (let at = 0; at < bytes.length; at += size) replies.push(...parser.push(bytes.subarray(at, at + size)));
  return replies;
}

describe('replies', () => {
  test('single, multi-line, with and without enhanced codes, in chunks', () => {
    const wire =
      '220 hello\r\n250-5.1.1 not mine\r\n250 end\r\n550-5.1.1 No such\r\n550 5.1.1 user\r\n354\r\n250 zoë\n';
    const expected = [
      smtpReply(220, null, 'hello'),
      smtpReply(250, null, '5.1.1 not mine', 'end'),
      smtpReply(550, '5.1.1', 'No such', 'user'),
      smtpReply(354, null, ''),
      smtpReply(250, null, 'zoë'),
    ];
    for (const size of [1, 7, 4096]) assert.deepEqual(parse(wire, size), expected);
  });

  test('what is no reply throws', () => {
    for (const wire of [
      'hello\r\n',
      '99 x\r\n',
      '650 x\r\n',
      '250-a\r\n251 b\r\n',
      `250 ${'x'.repeat(5000)}\r\n`,
      'x'.repeat(5000),
      '250-x\r\n'.repeat(300),
    ]) {
      assert.throws(() => parse(wire), SmtpError);
    }
  });

  test('what is written is read, and no text can forge another reply', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(250, 421, 550),
        fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
        (code, lines) => {
          const enhanced = `${String(code)[0]}.1.1`;
          const [read, ...more] = parse(formatReply({ code, enhanced, lines }));
          assert.equal(more.length, 0);
          assert.equal(read?.code, code);
          assert.equal(read?.enhanced, enhanced);
          assert.equal(read?.lines.length, lines.length);
        },
      ),
    );
    assert.equal(formatReply(smtpReply(250, null, 'a\r\n550 no')), '250 a  550 no\r\n');
  });

  test('classes and words', () => {
    assert.deepEqual(
      [250, 354, 450, 550].map((code) => replyClass({ code })),
      ['positive', 'intermediate', 'transient', 'permanent'],
    );
    assert.equal(describeReply(smtpReply(550, '5.1.1', 'No such', 'user')), '550 5.1.1 No such user');
  });

  test('extensions', () => {
    const extensions = readExtensions(
      smtpReply(250, null, 'mx.test', 'PIPELINING', 'size 1000', 'AUTH PLAIN LOGIN', 'SMTPUTF8', 'STARTTLS'),
    );
    assert.deepEqual(
      { ...extensions },
      {
        pipelining: true,
        startTls: true,
        size: 1000,
        eightBitMime: false,
        smtpUtf8: true,
        dsn: false,
        chunking: false,
        requireTls: false,
        auth: ['PLAIN', 'LOGIN'],
      },
    );
    assert.equal(readExtensions(smtpReply(250, null, 'mx.test', 'SIZE')).size, 0);
    assert.equal(readExtensions(null).size, null);
  });
});
