import { expect, it } from 'vitest';
import { nextPath } from './next-path.ts';

it('goes only to paths of our own', () => {
  const to = (next: string) => nextPath(new URLSearchParams({ next }));
  expect(to('/mail/sent')).toBe('/mail/sent');
  for (const elsewhere of [
    '',
    '//evil.test',
    '/\\evil.test',
    'https://evil.test',
    '/sign-in',
    '/signed-out?why=chosen',
  ]) {
    expect(to(elsewhere)).toBe('/mail/inbox');
  }
});
