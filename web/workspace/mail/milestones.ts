import type { Journey } from '../../api/messages.ts';

const shown = ['opened', 'downloaded', 'reminded', 'extended'] as const;

export interface Milestone {
  what: (typeof shown)[number];
  /** When it happened last. */
  at: string;
}

/** What else happened on the way to the present state, each once. */
export function milestonesOf({ events, state }: Journey): Milestone[] {
  return shown.flatMap((what) => {
    const last = events.findLast((event) => event.what === what);
    return last && what !== state ? [{ what, at: last.at }] : [];
  });
}
