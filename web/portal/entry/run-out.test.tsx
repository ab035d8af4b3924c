// @vitest-environment jsdom
import { describe, expect, it, vi } from 'vitest';
import { click, render } from '../../ui/render-for-test.tsx';
import { RunOut } from './run-out.tsx';

describe('RunOut', () => {
  it('says whose link it was, and sends a new one in one click', async () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', async (url: string, { method }: RequestInit) => {
      asked.push(`${method} ${url}`);
      return new Response('', { status: 202 });
    });
    const place = await render(
      <RunOut token="abc" organization="Lakeside Clinic" address="j•••@mail.test" />,
    );
    expect(place.textContent).toContain('Lakeside Clinic sent it to j•••@mail.test');
    await click(place.querySelector('button'));
    expect(asked).toEqual(['POST /portal/api/v1/offers/abc/renewal']);
    expect(place.querySelector('[role=status]')?.textContent).toContain('on its way to j•••@mail.test');
    expect(place.querySelector('button')).toBeNull();
    vi.unstubAllGlobals();
  });

  it('keeps the button when it could not be asked for', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('offline');
    });
    const place = await render(
      <RunOut token="abc" organization="Lakeside Clinic" address="j•••@mail.test" />,
    );
    await click(place.querySelector('button'));
    expect(place.querySelector('[role=status]')).toBeNull();
    expect(place.querySelector('button')?.disabled).toBe(false);
    vi.unstubAllGlobals();
  });
});
