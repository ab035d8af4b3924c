export { isAutomaticReply } from './automatic-reply.ts';
export { readBounce, type Bounce, type BouncedRecipient } from './read-bounce.ts';
export type { BounceReason, BounceWeight } from './reason.ts';
