import { useMediaQuery } from '@mantine/hooks';

/** Room for the list and the message side by side. The same line as in mail-page.module.css. */
export function useWide(): boolean {
  return useMediaQuery('(min-width: 901px)', true, { getInitialValueInEffect: false });
}
