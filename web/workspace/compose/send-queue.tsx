import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageCategory } from '#contract/messages.ts';
import { failureOf } from '../../api/failure.ts';
import { submitDraft, type SendOptions } from '../../api/mail/draft.ts';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import { useCompose } from './use-compose.ts';
import type { Place } from './draft-keeper.ts';

const UNDO_MS = 10_000;

interface Outgoing {
  emailId: string;
  place: Place;
  category: MessageCategory;
  options: SendOptions;
  /** Recipients, for the words. */
  count: number;
}

interface Queue {
  send: (message: Outgoing) => void;
  /** Hands over at once what still waits. */
  flush: () => Promise<void>;
}

const QueueContext = createContext<Queue | null>(null);

export function useSendQueue(): Queue {
  const queue = useContext(QueueContext);
  if (!queue) throw new Error('Used outside of the send queue');
  return queue;
}

/**
 * Waits ten seconds before a message is handed over, so that it can be taken back. Until then it is a
 * saved draft. When the page goes, what waits is handed over at once: who pressed Send has sent.
 */
export function SendQueue({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const compose = useCompose();
  const client = useQueryClient();
  const waiting = useRef(
    new Map<string, { timer: ReturnType<typeof setTimeout>; go: () => Promise<void> }>(),
  );

  useEffect(() => {
    const goAll = () => {
      for (const { go } of waiting.current.values()) void go();
    };
    window.addEventListener('pagehide', goAll);
    return () => {
      window.removeEventListener('pagehide', goAll);
      goAll();
    };
  }, []);

  const queue = useMemo<Queue>(() => {
    const submit = async ({ emailId, place, category, options }: Outgoing) => {
      try {
        await submitDraft(emailId, { ...place, category, options });
        toast.done(t('sending.sent'));
      } catch (error) {
        toast.withAction(
          t('sending.failed', { why: words(failureOf(error)) }),
          t('sending.open'),
          () => compose.open({ kind: 'draft', emailId }),
          60_000,
        );
      }
      await client.invalidateQueries({ queryKey: ['mail'] });
      await client.invalidateQueries({ queryKey: ['sent-states'] });
    };
    return {
      send: (message: Outgoing) => {
        const { emailId, count } = message;
        const forget = () => {
          clearTimeout(waiting.current.get(emailId)?.timer);
          waiting.current.delete(emailId);
        };
        const close = toast.withAction(
          t('sending.waiting', { count }),
          t('sending.undo'),
          () => {
            if (!waiting.current.has(emailId)) return;
            forget();
            compose.open({ kind: 'draft', emailId });
          },
          UNDO_MS,
        );
        const go = () => {
          forget();
          close();
          return submit(message);
        };
        waiting.current.set(emailId, { go, timer: setTimeout(() => void go(), UNDO_MS) });
      },
      flush: async () => {
        await Promise.all([...waiting.current.values()].map(({ go }) => go()));
      },
    };
  }, [client, compose, t, toast, words]);

  return <QueueContext value={queue}>{children}</QueueContext>;
}
