import type { ReactNode } from 'react';
import { useInitialFocus } from '../ui/use-initial-focus.ts';

/** The heading of a page; reading starts there when the page changes. */
export function Heading({ children }: { children: ReactNode }) {
  return (
    <h1 ref={useInitialFocus<HTMLHeadingElement>()} tabIndex={-1}>
      {children}
    </h1>
  );
}
