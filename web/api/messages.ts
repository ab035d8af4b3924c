import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type * as z from 'zod';
import { ProblemError } from '#contract/client.ts';
import type { MessageCategory } from '#contract/messages.ts';
import {
  extendRecipient,
  getTimeline,
  listSentMessages,
  previewMessage,
  remindRecipient,
  revokeRecipient,
  type RecipientPreviewSchema,
  type RecipientJourneySchema,
  type SentMessageSchema,
  type TimelineSchema,
} from '#contract/sending.ts';
import { call, callPassively } from './call.ts';

export type RecipientPreview = z.output<typeof RecipientPreviewSchema>;
export type Journey = z.output<typeof RecipientJourneySchema>;
export type Timeline = z.output<typeof TimelineSchema>;
export type SentMessage = z.output<typeof SentMessageSchema>;

export interface PreviewQuestion {
  to: string[];
  cc: string[];
  bcc: string[];
  category: MessageCategory;
  options: { protection?: 'portal'; expiresInDays?: number };
}

export interface Preview {
  recipients: RecipientPreview[];
  /** Addresses that the server could not read; the others were weighed without them. */
  unreadable: string[];
}

/** What would happen for each recipient. Nothing is sent or stored; the addresses travel in the body. */
export function usePreview(question: PreviewQuestion) {
  const count = question.to.length + question.cc.length + question.bcc.length;
  return useQuery({
    queryKey: ['preview', question],
    queryFn: ({ signal }) => preview(question, signal),
    enabled: count > 0,
    staleTime: 5 * 60_000,
    placeholderData: keepPreviousData,
  });
}

/** One address that the server cannot read must not hide the way of the others. */
async function preview(question: PreviewQuestion, signal: AbortSignal): Promise<Preview> {
  try {
    const { recipients } = await callPassively(previewMessage, { body: question }, { signal });
    return { recipients, unreadable: [] };
  } catch (error) {
    const unreadable = unreadableAddresses(error, question);
    if (unreadable.length === 0) throw error;
    const without = (list: string[]) => list.filter((address) => !unreadable.includes(address));
    const rest = {
      ...question,
      to: without(question.to),
      cc: without(question.cc),
      bcc: without(question.bcc),
    };
    if (rest.to.length + rest.cc.length + rest.bcc.length === 0) return { recipients: [], unreadable };
    const { recipients } = await callPassively(previewMessage, { body: rest }, { signal });
    return { recipients, unreadable };
  }
}

/** Which addresses a refusal names: its paths are `to/0`, `cc/2` … */
function unreadableAddresses(error: unknown, question: PreviewQuestion): string[] {
  if (!(error instanceof ProblemError) || error.problem.code !== 'invalid-address') return [];
  return (error.problem.errors ?? []).flatMap(({ path }) => {
    const [, kind, index] = /^(to|cc|bcc)[/.](\d+)/.exec(path) ?? [];
    const address = kind === undefined ? undefined : question[kind as 'to' | 'cc' | 'bcc'][Number(index)];
    return address === undefined ? [] : [address];
  });
}

/** Every journey that was read. */
export const timelines = ['timeline'] as const;
const timelineKey = (messageId: string) => [...timelines, messageId] as const;

/** Each recipient's journey; asked again while something is still under way. */
export function useTimeline(messageId: string) {
  return useQuery({
    queryKey: timelineKey(messageId),
    queryFn: () => callPassively(getTimeline, { params: { messageId } }),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data ? pace(state.data) : false),
  });
}

const moving = new Set(['queued', 'attempting', 'offered']);
const ended = new Set(['delivered', 'bounced', 'expired', 'revoked', 'blocked']);

/** Milliseconds until the next look: soon while ways are chosen, seldom while a person may still open it. */
function pace(timeline: Timeline): number | false {
  if (timeline.state === 'accepted' || timeline.recipients.some(({ state }) => moving.has(state)))
    return 2000;
  return timeline.recipients.every(({ state }) => ended.has(state)) ? false : 20_000;
}

/** Where the latest sent messages stand, by message. */
export function useSentStates(enabled: boolean) {
  return useQuery({
    queryKey: ['sent-states'],
    queryFn: async () => {
      const { items } = await callPassively(listSentMessages, { query: { limit: 200 } });
      return new Map(items.map((item) => [item.messageId, item]));
    },
    enabled,
    staleTime: 5000,
    refetchInterval: 20_000,
  });
}

interface RecipientOf {
  messageId: string;
  recipientId: string;
}

export const useRevoke = () => useJourneyAct((params: RecipientOf) => call(revokeRecipient, { params }));
export const useRemind = () => useJourneyAct((params: RecipientOf) => call(remindRecipient, { params }));
export const useExtend = () =>
  useJourneyAct(({ days, ...params }: RecipientOf & { days: number }) =>
    call(extendRecipient, { params, body: { days } }),
  );

function useJourneyAct<Input extends RecipientOf>(mutationFn: (input: Input) => Promise<Journey>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: (journey, { messageId }) =>
      client.setQueryData<Timeline>(
        timelineKey(messageId),
        (timeline) =>
          timeline && {
            ...timeline,
            recipients: timeline.recipients.map((known) =>
              known.recipientId === journey.recipientId ? journey : known,
            ),
          },
      ),
    onSettled: (_answer, _error, { messageId }) =>
      client.invalidateQueries({ queryKey: timelineKey(messageId) }),
  });
}
