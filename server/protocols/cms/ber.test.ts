import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { berLimits, readBer, type BerNode } from './ber.ts';
import { element, type Der } from './der.ts';

type Tree =
  | { readonly tag: number; readonly content: Buffer }
  | { readonly tag: number; readonly members: Tree[] };

const plain = { noNullPrototype: true };
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record(
      {
        tag: fc.constantFrom(0x02, 0x04, 0x05, 0x06, 0x80, 0x81),
        content: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      },
      plain,
    ),
    fc.record(
      {
        tag: fc.constantFrom(0x30, 0x31, 0x24, 0xa0),
        members: fc.array(tie('tree'), { maxLength: 5 }),
      },
      plain,
    ),
  ),
}));

function asDer(value: Tree): Der {
  return 'content' in value
    ? element(value.tag, [value.content])
    : element(value.tag, ...value.members.map(asDer));
}

function asIndefinite(value: Tree): Buffer {
  if ('content' in value) return Buffer.concat(asDer(value));
  return Buffer.concat([Buffer.from([value.tag, 0x80]), ...value.members.map(asIndefinite), Buffer.alloc(2)]);
}

function asTree(bytes: Buffer, node: BerNode): Tree {
  return (node.tag & 0x20) === 0
    ? { tag: node.tag, content: Buffer.from(bytes.subarray(node.contentStart, node.contentEnd)) }
    : { tag: node.tag, members: node.children.map((child) => asTree(bytes, child)) };
}

describe('BER', () => {
  test('both kinds of length read as the same', () => {
    fc.assert(
      fc.property(tree, (value) => {
        for (const bytes of [Buffer.concat(asDer(value)), asIndefinite(value)]) {
          const node = readBer(bytes);
          ok(node);
          deepEqual(asTree(bytes, node), value);
        }
      }),
    );
  });

  test('every cut and every addition is refused', () => {
    fc.assert(
      fc.property(tree, (value) => {
        for (const bytes of [Buffer.concat(asDer(value)), asIndefinite(value)]) {
          for (let length = 0; length < bytes.length; length += 1)
            equal(readBer(bytes.subarray(0, length)), null);
          equal(readBer(Buffer.concat([bytes, Buffer.alloc(1)])), null);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('any bytes are read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const node = readBer(Buffer.from(bytes));
        ok(node === null || node.end === bytes.length);
      }),
      { numRuns: 2_000 },
    );
  });

  test('depth and number are bounded, without recursion', () => {
    const nested = (depth: number) =>
      Buffer.concat([Buffer.alloc(depth * 2, Buffer.from([0x30, 0x80])), Buffer.alloc(depth * 2)]);
    ok(readBer(nested(berLimits.depth)));
    equal(readBer(nested(berLimits.depth + 1)), null);
    equal(readBer(nested(5_000_000)), null);
    const many = (count: number) =>
      Buffer.concat(element(0x30, [Buffer.alloc(count * 2, Buffer.from([0x05, 0]))]));
    ok(readBer(many(berLimits.elements - 1)));
    equal(readBer(many(berLimits.elements + 1)), null);
  });

  test('lengths beyond the end, of five octets, and tags of two are refused', () => {
    for (const hex of [
      '3084ffffffff',
      '0485000000000141',
      '04840000000341',
      '1f8101000',
      '30800400',
      '0000',
      '0480',
    ])
      equal(readBer(Buffer.from(hex, 'hex')), null, hex);
  });
});
