export { isRewritten } from './is-rewritten.ts';
export { rewriteSender, type SrsOptions } from './rewrite-sender.ts';
export { restoreSender, type RestoredSender } from './restore-sender.ts';
