import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseCommand } from './command.ts';
import { LineReader } from './line-reader.ts';
import { decodeXtext, encodeXtext, parseMailParameters, parseRcptParameters } from './parameters.ts';
import { SaslExchange } from './sasl.ts';

const offered = { smtpUtf8: true, dsn: true };
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('command lines', () => {
  test('verbs in any case, addresses, parameters', () => {
    const mail = parseCommand('mail from:<a@b.test> SIZE=10 body=8BITMIME');
    assert.ok(mail.verb === 'MAIL');
    assert.equal(mail.from?.address, 'a@b.test');
    assert.deepEqual(parseMailParameters(mail.parameters, offered), {
      size: 10,
      body: '8BITMIME',
      smtpUtf8: false,
      requireTls: false,
      ret: null,
      envelopeId: null,
    });
    const rcpt = parseCommand('RCPT TO:<Postmaster>');
    assert.ok(rcpt.verb === 'RCPT');
    assert.equal(rcpt.to, 'postmaster');
    assert.deepEqual(parseCommand('BDAT 12 last'), { verb: 'BDAT', size: 12, last: true });
    assert.deepEqual(parseCommand('AUTH plain AGEAYg=='), {
      verb: 'AUTH',
      mechanism: 'PLAIN',
      initial: 'AGEAYg==',
    });
    assert.deepEqual(parseCommand('DATA '), { verb: 'DATA' });
  });

  test('what is not right is invalid, with a reply', () => {
    const bad = [
      '',
      'FOO',
      'MAIL',
      'MAIL FROM:a@b.test',
      'MAIL FROM:<a@b.test>SIZE=1',
      'MAIL TO:<a@b.test>',
      'RCPT TO:<>',
      'RCPT TO:<a b@c.test>',
      'EHLO',
      'EHLO a b',
      'EHLO <x>',
      'DATA x',
      'BDAT',
      'BDAT x',
      'BDAT 1 2',
      'AUTH',
      'AUTH A B C',
      'RSET x',
    ];
    for (const line of bad) {
      const command = parseCommand(line);
      assert.ok(command.verb === 'invalid' && command.reply.code >= 500, line);
    }
  });

  test('any line is read without a throw', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('MAIL FROM:', 'RCPT TO:', 'EHLO ', 'BDAT ', 'AUTH ', ''),
        fc.string(),
        (verb, rest) => void parseCommand(verb + rest),
      ),
    );
  });
});

describe('parameters', () => {
  test('DSN parameters (RFC 3461)', () => {
    assert.deepEqual(parseMailParameters(' RET=HDRS ENVID=QQ+2B1', offered), {
      size: null,
      body: null,
      smtpUtf8: false,
      requireTls: false,
      ret: 'HDRS',
      envelopeId: 'QQ+1',
    });
    assert.deepEqual(parseRcptParameters(' NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bb@c.test', offered), {
      notify: ['SUCCESS', 'DELAY'],
      originalRecipient: { type: 'rfc822', address: 'a+b@c.test' },
    });
    for (const bad of [
      ' NOTIFY=NEVER,DELAY',
      ' NOTIFY=',
      ' NOTIFY=X',
      ' ORCPT=rfc822',
      ' ORCPT=rfc822;a=b',
    ]) {
      assert.ok('syntax' in parseRcptParameters(bad, offered), bad);
    }
  });

  test('what was not offered is not known', () => {
    assert.deepEqual(parseMailParameters(' RET=FULL', { smtpUtf8: true, dsn: false }), { unknown: 'RET' });
    assert.deepEqual(parseRcptParameters(' NOTIFY=NEVER', { smtpUtf8: true, dsn: false }), {
      unknown: 'NOTIFY',
    });
    assert.deepEqual(parseMailParameters(' FOO=1', offered), { unknown: 'FOO' });
  });

  test('twice, or malformed, is a syntax error', () => {
    for (const bad of [
      ' SIZE=1 SIZE=2',
      ' SIZE=x',
      ' SIZE',
      ' BODY=9BIT',
      ' SMTPUTF8=1',
      ' =1',
      ' RET=ALL',
      ` ENVID=${'a'.repeat(101)}`,
    ]) {
      assert.ok('syntax' in parseMailParameters(bad, offered), bad);
    }
  });

  test('xtext there and back', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)) }),
        (text) => assert.equal(decodeXtext(encodeXtext(text)), text),
      ),
    );
    for (const bad of ['+', '+0', '+0A', 'a b', '+2b', '=']) assert.equal(decodeXtext(bad), null, bad);
  });
});

describe('AUTH exchanges', () => {
  test('PLAIN, with and without an initial response', () => {
    const expected = { credentials: { mechanism: 'PLAIN', username: 'u@x.test', password: 'påss' } };
    assert.deepEqual(new SaslExchange('PLAIN').start(base64('\0u@x.test\0påss')), expected);
    const later = new SaslExchange('PLAIN');
    assert.deepEqual(later.start(null), { challenge: '' });
    assert.deepEqual(later.next(base64('u@x.test\0u@x.test\0påss')), expected);
  });

  test('LOGIN', () => {
    const exchange = new SaslExchange('LOGIN');
    assert.deepEqual(exchange.start(null), { challenge: base64('Username:') });
    assert.deepEqual(exchange.next(base64('u')), { challenge: base64('Password:') });
    assert.deepEqual(exchange.next(base64('p')), {
      credentials: { mechanism: 'LOGIN', username: 'u', password: 'p' },
    });
  });

  test('malformed and cancelled', () => {
    for (const bad of [
      '!',
      'YQ',
      '=',
      base64('u\0p'),
      base64('\0u\0'),
      base64('\0\0p'),
      base64('other\0u\0p'),
      base64('\0u\0p\0x'),
      Buffer.from([0, 255, 0, 255]).toString('base64'),
    ]) {
      assert.equal(new SaslExchange('PLAIN').start(bad), 'malformed', bad);
    }
    assert.equal(new SaslExchange('LOGIN').next('*'), 'cancelled');
  });
});

describe('line reader', () => {
  function read(wire: Buffer, size: number, limit = 64): (string | null)[] {
    const reader = new LineReader(limit);
    const lines: (string | null)[] = [];
    for (let at = 0; at < wire.length; at += size) {
      const chunk = wire.subarray(at, at + size);
      for (let from = 0; from < chunk.length;) {
        const used = reader.push(chunk, from);
        if (used < 0) break;
        lines.push(reader.line ?? `!${reader.problem}`);
        from += used;
      }
    }
    return lines;
  }

  test('lines, whatever the chunks', () => {
    const wire = Buffer.concat([
      Buffer.from(`EHLO a\r\nNO\nb\rc\r\n\r\n\n${'x'.repeat(100)}\r\nzoë\r\nnul\0\r\n`),
      Buffer.from([0xff, 13, 10]),
      Buffer.from('QUIT\r\n'),
    ]);
    const expected = [
      'EHLO a',
      '!bare-lf',
      '!bare-cr',
      '',
      '!bare-lf',
      '!too-long',
      'zoë',
      '!control',
      '!not-utf8',
      'QUIT',
    ];
    for (const size of [1, 7, 4096]) assert.deepEqual(read(wire, size), expected, `chunks of ${size}`);
  });

  test('a line of just the limit passes, one more does not', () => {
    for (const size of [1, 7, 4096]) {
      assert.deepEqual(read(Buffer.from(`${'x'.repeat(62)}\r\n${'x'.repeat(63)}\r\n`), size), [
        'x'.repeat(62),
        '!too-long',
      ]);
    }
  });
});
