export { rewriteSender } from './rewrite-sender.ts';
export { restoreSender, type RestoredSender } from './restore-sender.ts';
