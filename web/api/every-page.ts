import { useEffect } from 'react';

/** What a list that comes by pages knows of its next one. */
interface Paged {
  readonly hasNextPage: boolean;
  readonly isFetching: boolean;
  readonly isError: boolean;
  fetchNextPage(): Promise<unknown>;
}

/** Brings all pages of a list, one after the other, for what is chosen from the whole of it. Stops at a failure. */
export function useEveryPage<List extends Paged>(list: List): List {
  const { hasNextPage, isFetching, isError, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }); // after each render: two pages may come between two of them, and nothing but the data has changed then
  return list;
}
