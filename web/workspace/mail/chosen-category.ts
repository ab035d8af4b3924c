import type { MessageCategory } from '#contract/messages.ts';
import type { EmailSummary } from '../../api/jmap/types.ts';

/** What somebody said that a message is about. Of mail from outside nobody did, whatever it is kept under. */
export function chosenCategory(email: EmailSummary): MessageCategory | null {
  return email['carepost:arrival']?.how === 'portal' ? null : categoryToAnswerUnder(email);
}

/** What an answer is about to begin with: an answer from the portal is kept under what it answers. */
export function categoryToAnswerUnder(email: EmailSummary): MessageCategory | null {
  const how = email['carepost:arrival']?.how;
  return how === 'smtp' || how === 'system' ? null : (email['carepost:category'] ?? null);
}
