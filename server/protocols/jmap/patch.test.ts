import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyPatch } from './patch.ts';
import type { JsonObject } from './json.ts';

const email = { mailboxIds: { inbox: true }, keywords: { $seen: true }, subject: 'old', list: [1] };

function patched(patch: JsonObject): JsonObject {
  const outcome = applyPatch(email, patch);
  assert.ok(outcome.ok);
  return outcome.value;
}

test('sets and removes at any depth, leaving the original', () => {
  const original = structuredClone(email);
  assert.deepEqual(patched({ 'mailboxIds/inbox': null, 'mailboxIds/trash': true, subject: 'new' }), {
    ...email,
    mailboxIds: { trash: true },
    subject: 'new',
  });
  assert.deepEqual(email, original);
});

test('a whole property replaces; null at the top asks for its default', () => {
  assert.deepEqual(patched({ keywords: { $flagged: true } })['keywords'], { $flagged: true });
  assert.equal(patched({ subject: null })['subject'], null);
});

test('keys are JSON Pointers: escapes are undone', () => {
  assert.deepEqual(patched({ 'keywords/a~1b~0c': true })['keywords'], { $seen: true, 'a/b~c': true });
});

test('names what it touches', () => {
  const outcome = applyPatch(email, { 'mailboxIds/inbox': null, subject: 'x' });
  assert.ok(outcome.ok);
  assert.deepEqual([...outcome.touched], ['mailboxIds', 'subject']);
});

test('prefixes, missing parents, arrays and bad escapes are invalidPatch', () => {
  const patches: JsonObject[] = [
    { keywords: {}, 'keywords/$seen': true },
    { 'nothing/here': 1 },
    { 'subject/x': 1 },
    { 'list/0': 2 },
    { 'keywords/~x': true },
  ];
  for (const patch of patches) {
    const outcome = applyPatch(email, patch);
    assert.ok(!outcome.ok && outcome.error.type === 'invalidPatch', JSON.stringify(patch));
  }
});

test('names of the prototype are data', () => {
  const patch = JSON.parse('{"__proto__/polluted": true, "keywords/__proto__": true}') as JsonObject;
  assert.equal(applyPatch(email, patch).ok, false);
  patched(JSON.parse('{"keywords/__proto__": {"polluted": true}}') as JsonObject);
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});
