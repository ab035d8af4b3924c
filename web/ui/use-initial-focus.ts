import { useEffect, useRef, type RefObject } from 'react';

/** A ref for the one control of a page that a person came for: it has the focus when the page appears. */
export function useInitialFocus<T extends HTMLElement>(wanted = true): RefObject<T | null> {
  const element = useRef<T>(null);
  useEffect(() => {
    if (wanted) element.current?.focus();
  }, [wanted]);
  return element;
}
