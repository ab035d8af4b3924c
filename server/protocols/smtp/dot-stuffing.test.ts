import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { DotStuffer, DotUnstuffer, endOfContent } from './dot-stuffing.ts';
import { LineEndWatch } from './line-ends.ts';

interface Read {
  content: string;
  ended: boolean;
  violation: string | null;
  rest: string;
}

function unstuff(wire: string | Buffer, size = Number.MAX_SAFE_INTEGER): Read {
  const bytes = Buffer.from(wire);
  const reader = new DotUnstuffer();
  let content = Buffer.alloc(0);
  let used = 0;
  for (let at = 0; at < bytes.length && !reader.ended; at += size) {
    const chunk = Buffer.from(bytes.subarray(at, at + size));
    const from = reader.push(chunk, 0);
    content = Buffer.concat([content, chunk.subarray(0, reader.produced)]);
    used += from;
  }
  return {
    content: content.toString('latin1'),
    ended: reader.ended,
    violation: reader.violation,
    rest: bytes.subarray(used).toString('latin1'),
  };
}

function stuff(content: Buffer, size = Number.MAX_SAFE_INTEGER): Buffer {
  const stuffer = new DotStuffer();
  const out: Buffer[] = [];
  for (let at = 0; at < content.length; at += size) out.push(stuffer.push(content.subarray(at, at + size)));
  return Buffer.concat([...out, Buffer.from(stuffer.end() + endOfContent)]);
}

describe('dot-unstuffing', () => {
  test('takes one dot off each line that begins with one, and ends only at <CRLF>.<CRLF>', () => {
    const wire = 'a\r\n..\r\n...b\r\n.c\r\nd.\r\n.\r\nNOOP\r\n';
    for (const size of [1, 2, 3, 7, 4096]) {
      const { content, ended, violation, rest } = unstuff(wire, size);
      assert.deepEqual(
        { content, ended, violation, rest },
        { content: 'a\r\n.\r\n..b\r\nc\r\nd.\r\n', ended: true, violation: null, rest: 'NOOP\r\n' },
      );
    }
  });

  test('an empty message ends at once', () => {
    assert.deepEqual(unstuff('.\r\n'), { content: '', ended: true, violation: null, rest: '' });
  });

  // The forms by which mail was smuggled past servers that disagree about line ends.
  for (const form of [
    '\n.\n',
    '\n.\r\n',
    '\r.\r',
    '\r.\r\n',
    '\r\n.\n',
    '\r\n.\r',
    '\n\n.\r\n',
    '\r\r\n.\r\n ',
    '\r\n\x00.\r\n',
    '\r\n.\r\r\n',
    '\r\n.\x00\r\n',
  ]) {
    test(`${JSON.stringify(form)} is no end of content`, () => {
      for (const size of [1, 7, 4096]) {
        const { content, ended, violation } = unstuff(`first${form}MAIL FROM:<x@y.test>\r\n.\r\n`, size);
        assert.equal(ended, true);
        // Either the whole is refused for its line ends, or what follows is plain content: never a command.
        assert.ok(
          violation !== null || content.includes('MAIL FROM:'),
          'what follows the form was read as a command',
        );
      }
    });
  }

  test('bare CR and bare LF are seen wherever they stand', () => {
    for (const [wire, violation] of [
      ['a\rb\r\n', 'bare-cr'],
      ['a\nb\r\n', 'bare-lf'],
      ['\r\n\n', 'bare-lf'],
      ['.\n', 'bare-lf'],
      ['.\rx', 'bare-cr'],
      ['\r\r\n', 'bare-cr'],
    ] as const) {
      for (const size of [1, 4096])
        assert.equal(unstuff(wire, size).violation, violation, JSON.stringify(wire));
    }
  });

  test('2 MB of lines that are only dots', () => {
    const wire = Buffer.concat([Buffer.from('..\r\n'.repeat(500_000)), Buffer.from('.\r\n')]);
    const { content, ended } = unstuff(wire, 65_536);
    assert.equal(ended, true);
    assert.equal(content.length, 3 * 500_000);
  });

  test('whatever the bytes and the chunks, the result is the same', () => {
    const bytes = fc.string({
      unit: fc.constantFrom('.', '\r', '\n', '\r\n', '\r\n.', 'a', '\0'),
      maxLength: 60,
    });
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 9 }), (wire, size) => {
        assert.deepEqual(unstuff(wire, size), unstuff(wire));
      }),
    );
  });
});

describe('dot-stuffing', () => {
  test('what was stuffed unstuffs to itself, with CRLF line ends, whatever the chunks', () => {
    const content = fc.string({
      unit: fc.constantFrom('.', '\r', '\n', '\r\n', '\r\n.', 'a', 'ü'),
      maxLength: 60,
    });
    fc.assert(
      fc.property(content, fc.integer({ min: 1, max: 9 }), (text, size) => {
        const wire = stuff(Buffer.from(text), size);
        assert.deepEqual(wire, stuff(Buffer.from(text)));
        const lines = text.replace(/\r\n|\r|\n/g, '\r\n');
        const expected = lines === '' || lines.endsWith('\r\n') ? lines : `${lines}\r\n`;
        const read = unstuff(wire);
        assert.deepEqual(read, {
          content: Buffer.from(expected).toString('latin1'),
          ended: true,
          violation: null,
          rest: '',
        });
      }),
    );
  });

  test('content that needs nothing goes through untouched', () => {
    const chunk = Buffer.from('Subject: a\r\n\r\nbody.\r\n');
    assert.equal(new DotStuffer().push(chunk), chunk);
  });
});

describe('line ends of BDAT content', () => {
  test('the same verdicts as for DATA', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\r', '\n', '\r\n', 'a'), maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        (text, size) => {
          const watch = new LineEndWatch();
          for (let at = 0; at < text.length; at += size) watch.push(Buffer.from(text.slice(at, at + size)));
          const missing = watch.end();
          assert.equal(watch.violation !== null, /\r(?!\n)|(?<!\r)\n/.test(text));
          if (watch.violation === null)
            assert.equal(missing, text === '' || text.endsWith('\r\n') ? '' : '\r\n');
        },
      ),
    );
  });
});
