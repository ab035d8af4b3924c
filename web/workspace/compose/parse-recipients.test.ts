import { describe, expect, it } from 'vitest';
import { looksComplete, mergeRecipients, parseRecipients } from './parse-recipients.ts';

describe('parseRecipients', () => {
  it('reads what people type and paste', () => {
    expect(parseRecipients('a@x.test; "Doe, J." <j@x.test>,\n Ward 3 <w@x.test>\tmailto:m@x.test')).toEqual([
      { name: null, email: 'a@x.test' },
      { name: 'Doe, J.', email: 'j@x.test' },
      { name: 'Ward 3', email: 'w@x.test' },
      { name: null, email: 'm@x.test' },
    ]);
  });

  it('keeps nonsense, so that it can be corrected', () => {
    expect(parseRecipients(' , nobody ,')).toEqual([{ name: null, email: 'nobody' }]);
  });
});

describe('recipients', () => {
  it('are complete with one @ and no spaces', () => {
    expect(['a@x.test', 'ü@bücher.test', 'a+b@x'].every(looksComplete)).toBe(true);
    expect(['a', 'a@', '@x', 'a b@x.test', 'a@x..test', 'a@b@c'].some(looksComplete)).toBe(false);
  });

  it('appear once, however they are written', () => {
    const merged = mergeRecipients([{ name: 'J', email: 'J@x.test' }], parseRecipients('j@X.test, k@x.test'));
    expect(merged.map(({ email }) => email)).toEqual(['J@x.test', 'k@x.test']);
  });
});
