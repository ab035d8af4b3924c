import type { UserId } from '#contract/ids.ts';
import { defineEvent } from '#platform/events/event.ts';

export const userCreated = defineEvent<{ userId: UserId }>('identity.user-created');

/** The user may not sign in and receives nothing from now on; sessions, keys and app passwords have ended. */
export const userDisabled = defineEvent<{ userId: UserId }>('identity.user-disabled');
