import { describe, expect, it } from 'vitest';
import type { Arrival, EmailSummary } from '../../api/jmap/types.ts';
import { categoryToAnswerUnder, chosenCategory } from './chosen-category.ts';

const email = (how: Arrival['how'] | null): EmailSummary => ({
  id: 'm',
  threadId: 't',
  mailboxIds: {},
  keywords: {},
  receivedAt: '2026-06-10T12:00:00Z',
  from: null,
  to: null,
  subject: null,
  preview: '',
  hasAttachment: false,
  'carepost:category': 'administrative',
  'carepost:arrival': how === null ? null : { how, encrypted: true, sender: null, words: '' },
});

describe('chosenCategory', () => {
  it('is what the author chose, here or at a colleague’s desk', () => {
    expect(chosenCategory(email(null))).toBe('administrative');
    expect(chosenCategory(email('internal'))).toBe('administrative');
  });

  it('claims nothing of what came from outside', () => {
    for (const how of ['smtp', 'portal', 'system'] as const) expect(chosenCategory(email(how))).toBeNull();
  });

  it('goes on under what was asked, when the answer came from the portal', () => {
    expect(categoryToAnswerUnder(email('portal'))).toBe('administrative');
    expect(categoryToAnswerUnder(email('smtp'))).toBeNull();
  });
});
