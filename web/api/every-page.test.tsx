// @vitest-environment jsdom
import { QueryClient, QueryClientProvider, useInfiniteQuery } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { render } from '../ui/render-for-test.tsx';
import { useEveryPage } from './every-page.ts';

function Listed({ ask }: { ask: (page: number) => Promise<{ item: string; next: number | null }> }) {
  const list = useEveryPage(
    useInfiniteQuery({
      queryKey: ['list'],
      queryFn: ({ pageParam }) => ask(pageParam),
      initialPageParam: 1,
      getNextPageParam: ({ next }) => next,
      retry: false,
    }),
  );
  return <p>{list.data?.pages.map(({ item }) => item).join(' ')}</p>;
}

async function shown(ask: (page: number) => Promise<{ item: string; next: number | null }>) {
  const place = await render(
    <QueryClientProvider client={new QueryClient()}>
      <Listed ask={ask} />
    </QueryClientProvider>,
  );
  globalThis.IS_REACT_ACT_ENVIRONMENT = false; // pages come by themselves, when no test acts
  return place;
}

it('brings all pages, in their order', async () => {
  const place = await shown(async (page) => ({ item: `page${page}`, next: page < 5 ? page + 1 : null }));
  await vi.waitFor(() => expect(place.textContent).toBe('page1 page2 page3 page4 page5'));
});

it('stops at a page that fails, and keeps what came before', async () => {
  const asked: number[] = [];
  const place = await shown(async (page) => {
    asked.push(page);
    if (page === 3) throw new Error('no');
    return { item: `page${page}`, next: page + 1 };
  });
  await vi.waitFor(() => expect(asked).toEqual([1, 2, 3]));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toEqual([1, 2, 3]);
  expect(place.textContent).toBe('page1 page2');
});
