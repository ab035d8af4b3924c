import { describe, expect, it } from 'vitest';
import { dayAndMonth, sentenceTime, shortTime } from './format-time.ts';

const now = new Date(2026, 5, 10, 15, 0);

describe('times', () => {
  it('are short in lists', () => {
    expect(shortTime(new Date(2026, 5, 10, 9, 41), now, 'en')).toMatch(/9:41/);
    expect(shortTime(new Date(2026, 5, 9, 23, 59), now, 'en')).toBe('Yesterday');
    expect(shortTime(new Date(2026, 5, 9, 23, 59), now, 'es')).toBe('Ayer');
    expect(shortTime(new Date(2026, 5, 8, 8, 0), now, 'en')).toBe('Mon');
    expect(shortTime(new Date(2026, 1, 1), now, 'en')).toMatch(/Feb/);
    expect(shortTime(new Date(2024, 1, 1), now, 'en')).toMatch(/2024/);
  });

  it('read as part of a sentence', () => {
    expect(sentenceTime(new Date(2026, 5, 9, 16, 20), now, 'en')).toMatch(/^yesterday, 4:20/);
    expect(dayAndMonth(new Date(2026, 6, 22), now, 'en')).toBe('July 22');
    expect(dayAndMonth(new Date(2027, 6, 22), now, 'en')).toBe('July 22, 2027');
  });
});
