import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { buildQuery, rcodes, readResponse } from './query.ts';
import { readAnswer } from './read-answer.ts';

const query = { ...buildQuery('clinic.test', 'MX', true), type: 'MX' as const };

const whole = dnsPacket.encode({
  type: 'response',
  id: query.id,
  questions: [{ type: 'MX', name: 'clinic.test' }],
  answers: [
    { type: 'MX', name: 'clinic.test', ttl: 60, data: { preference: 10, exchange: 'mx.clinic.test' } },
    { type: 'TXT', name: 'clinic.test', ttl: 60, data: ['v=spf1 -all'] },
  ],
});

test('a question fits the smallest packet and asks for the AD bit', () => {
  const packet = dnsPacket.decode(query.packet);
  assert.ok(query.packet.length < 512);
  assert.equal(packet.flag_ad, true);
  assert.equal(packet.flag_rd, true);
  assert.deepEqual(packet.questions, [{ type: 'MX', name: 'clinic.test', class: 'IN' }]);
});

test('the case of the echoed question does not matter', () => {
  const shouting = dnsPacket.encode({
    type: 'response',
    id: query.id,
    questions: [{ type: 'MX', name: 'CLINIC.Test' }],
  });
  assert.equal(readResponse(query, shouting)?.rcode, rcodes.noError);
});

test('no packet, however broken, makes the reader throw', () => {
  const mangled = fc
    .array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 12 })
    .map((changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
  const cut = fc.nat(whole.length).map((length) => whole.subarray(0, length));
  const noise = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(mangled, cut, noise), (bytes) => {
      const response = readResponse(query, bytes);
      if (response !== null) readAnswer(query, response, false);
    }),
    { numRuns: 2_000 },
  );
});
