import type { Journey } from '../../api/messages.ts';

const shown = ['opened', 'downloaded', 'locked', 'reminded', 'extended'] as const;

export interface Milestone {
  what: (typeof shown)[number];
  /** When it happened last. */
  at: string;
}

/** What else happened on the way to the present state, each once. */
export function milestonesOf({ events, state, lockedUntil }: Journey): Milestone[] {
  return shown.flatMap((what) => {
    const last = events.findLast((event) => event.what === what);
    const told = what === state || (what === 'locked' && lockedUntil !== null);
    return last && !told ? [{ what, at: last.at }] : [];
  });
}
