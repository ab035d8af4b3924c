import { describe, expect, it } from 'vitest';
import type { Journey, SentMessage } from '../../api/messages.ts';
import { journeyLook, sentTag, usedBeforeItExpired } from './list-tag.ts';

const sent = (
  states: SentMessage['states'],
  expiredAfter = { opened: 0, replied: 0 },
  locked = 0,
): SentMessage => ({
  messageId: '',
  threadId: '',
  subject: '',
  category: 'clinical',
  channel: 'workspace',
  acceptedAt: '2026-11-24T10:00:00Z',
  state: 'dispatched',
  recipients: Object.values(states).reduce((sum, count) => sum + count, 0),
  states,
  expiredAfter,
  locked,
});

const journey = (state: Journey['state'], ...happened: string[]): Journey => ({
  recipientId: '',
  address: '',
  kind: 'to',
  state,
  since: '2026-11-24T10:00:00Z',
  reason: '',
  protection: 'portal',
  promised: 'portal',
  availableUntil: null,
  lockedUntil: null,
  can: [],
  events: happened.map((what) => ({ at: '2026-11-24T10:00:00Z', what, words: '' })),
  receipt: null,
});

describe('what the list says of a sent message', () => {
  it('warns of what ran out unread', () => {
    expect(sentTag(sent({ expired: 1 }))).toMatchObject({ tone: 'wait', words: 'journey.expired' });
    expect(sentTag(sent({ expired: 2 }, { opened: 1, replied: 0 }))).toMatchObject({
      words: 'journey.expired',
      count: 1,
    });
  });

  it('warns of wrong codes before it tells of the others', () => {
    const tag = sentTag(sent({ notified: 1, opened: 1 }, undefined, 1));
    expect(tag).toMatchObject({ tone: 'wait', words: 'journey.locked', count: 1 });
  });

  it('still says that it was answered, or read, once its time has run out', () => {
    expect(sentTag(sent({ expired: 1 }, { opened: 0, replied: 1 }))).toMatchObject({
      tone: 'safe',
      words: 'journey.replied',
      count: 1,
    });
    expect(sentTag(sent({ expired: 1, opened: 1 }, { opened: 1, replied: 0 }))).toMatchObject({
      tone: 'safe',
      words: 'journey.opened',
      count: 2,
    });
  });
});

describe('the look of one journey', () => {
  it('is calm once the recipient did what was wanted', () => {
    expect(usedBeforeItExpired(journey('expired', 'opened', 'replied'))).toBe('replied');
    expect(usedBeforeItExpired(journey('expired', 'opened'))).toBe('opened');
    expect(journeyLook(journey('expired', 'replied')).tone).toBe('plain');
    expect(journeyLook(journey('expired', 'noticed')).tone).toBe('wait');
    expect(journeyLook(journey('opened', 'opened')).tone).toBe('safe');
  });

  it('is a warning while wrong codes keep everybody out', () => {
    const lockedUntil = '2026-11-24T10:15:00Z';
    expect(journeyLook({ ...journey('notified', 'noticed', 'locked'), lockedUntil }).tone).toBe('wait');
  });
});
