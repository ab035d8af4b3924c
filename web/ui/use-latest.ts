import { useLayoutEffect, useRef, type RefObject } from 'react';

/** The newest value for callbacks that outlive a render. Not to be read while rendering. */
export function useLatest<T>(value: T): RefObject<T> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  }, [value]);
  return latest;
}
