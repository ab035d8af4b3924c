import { coreCapability } from './capabilities.ts';
import type { Method } from './dispatch.ts';

/** Core/echo: answers its arguments. RFC 8620 §4. */
export const coreEcho: Method<unknown> = {
  name: 'Core/echo',
  capability: coreCapability,
  run: async ({ args }) => ({ args }),
};
