import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { mailKeys } from '../../api/mail/keys.ts';
import { readEmail, useIdentities } from '../../api/mail/queries.ts';
import type { Draft } from '../../api/mail/draft.ts';
import { fullTime } from '../../ui/format-time.ts';
import { categoryToAnswerUnder } from '../mail/chosen-category.ts';
import { personName } from '../mail/people.ts';
import { useSignedIn } from '../session/session-context.ts';
import type { ComposeIntent } from './intent.ts';
import { emptyDraft, forwardDraft, replyDraft, resumedDraft } from './start-draft.ts';

export interface StartingDraft {
  draft: Draft;
  /** The saved version that is gone on with. */
  emailId: string | null;
}

/** What the window begins with: nothing, an answer, or a draft. null where the message is no longer there. */
export function useStartingDraft(intent: ComposeIntent) {
  const { t, i18n } = useTranslation();
  const { categories, user } = useSignedIn();
  const identities = useIdentities();
  const category = categories[0] ?? 'administrative';
  const own = [user.email, ...(identities.data ?? []).map(({ email }) => email)];

  return useQuery({
    queryKey: mailKeys.draft(intent.kind === 'new' ? 'new' : `${intent.kind}-${intent.emailId}`),
    enabled: identities.isSuccess,
    gcTime: 0,
    staleTime: Infinity,
    queryFn: async (): Promise<StartingDraft | null> => {
      if (intent.kind === 'new') return { draft: emptyDraft(category), emailId: null };
      const email = await readEmail(intent.emailId);
      if (!email) return null;
      if (intent.kind === 'draft') return { draft: resumedDraft(email, category), emailId: email.id };
      const words = {
        own,
        introduce: () =>
          t('compose.introduce', {
            date: fullTime(new Date(email.receivedAt), i18n.language),
            name: email.from?.[0] ? personName(email.from[0]) : t('list.noSender'),
          }),
      };
      const chosen = categoryToAnswerUnder(email);
      const answer = chosen !== null && categories.includes(chosen) ? chosen : category;
      const draft =
        intent.kind === 'forward'
          ? forwardDraft(email, answer, words)
          : replyDraft(email, intent.kind === 'reply-all', answer, words);
      return { draft, emailId: null };
    },
  });
}
