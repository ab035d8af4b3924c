import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHeaderSection } from '#protocols/mime/index.ts';
import { isAutomaticReply } from './index.ts';

function isAutomatic(...fields: string[]): boolean {
  const parsed = parseHeaderSection(Buffer.from(`${fields.join('\r\n')}\r\n\r\n`));
  assert.ok(parsed.ok);
  return isAutomaticReply(parsed.section);
}

test('answers of programs, by RFC 3834 and as the field marks them', () => {
  for (const field of [
    'Auto-Submitted: auto-replied; owner-email="a@b.test"',
    'Auto-submitted: Auto-Replied (vacation)',
    'Precedence: auto_reply',
    'X-Autoreply: yes',
    'X-Auto-Response-Suppress: All',
    'Subject: Automatic reply: results',
    'Subject: Out of office',
    'Subject: Respuesta automática: cita',
  ])
    assert.ok(isAutomatic('From: a@b.test', field), field);
});

test('what people write is none, and neither is a notice that answers nothing', () => {
  for (const field of [
    'Auto-Submitted: no',
    'Auto-Submitted: auto-generated',
    'Precedence: bulk',
    'Subject: Re: out of office?',
  ])
    assert.ok(!isAutomatic('From: a@b.test', field), field);
});
