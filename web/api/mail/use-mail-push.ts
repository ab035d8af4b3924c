import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { JmapError } from '../jmap/jmap-error.ts';
import { timelines } from '../messages.ts';
import { listenForChanges } from '../jmap/push.ts';
import { applyEmailChanges } from './apply-changes.ts';
import { passiveJmap } from './jmap.ts';
import { mailKeys } from './keys.ts';
import { summaryProperties } from './queries.ts';

/** Keeps mail on the screen as it is on the server, by push where possible, else by polling. */
export function useMailPush(onNewMail: (count: number) => void): void {
  const client = useQueryClient();
  useEffect(() => {
    const follow = followChanges(client, onNewMail);
    return follow.stop;
  }, [client, onNewMail]);
}

function followChanges(client: QueryClient, onNewMail: (count: number) => void): { stop: () => void } {
  let stopped = false;
  let stopListening = () => {};
  let state: string | null = null;
  let running: Promise<void> = Promise.resolve();

  const catchUp = async () => {
    if (stopped || state === null) return;
    try {
      const result = await readChanges(state);
      if (stopped) return;
      state = result.newState;
      client.setQueryData(mailKeys.mailboxes, result.mailboxes);
      applyEmailChanges(client, result);
      const inbox = result.mailboxes.find((mailbox) => mailbox.role === 'inbox')?.id ?? '';
      const fresh = result.present.filter(
        (email) =>
          result.created.has(email.id) &&
          email.mailboxIds[inbox] === true &&
          email.keywords['$seen'] !== true,
      );
      if (fresh.length > 0) {
        onNewMail(fresh.length);
        // It may be the answer that a journey waits for.
        void client.invalidateQueries({ queryKey: timelines });
      }
    } catch (error) {
      if (!(error instanceof JmapError)) return; // passing: the next push or poll tries again
      await client.invalidateQueries({ queryKey: ['mail'] });
      state = await currentState().catch(() => null);
    }
  };
  const nudge = () => {
    running = running.then(catchUp);
  };

  void (async () => {
    try {
      const [session, accountId] = await Promise.all([passiveJmap.session(), passiveJmap.accountId()]);
      state = await currentState();
      if (stopped) return;
      stopListening = listenForChanges({ session, accountId, onChange: nudge, onPoll: nudge });
    } catch {
      // Without push, lists are read when they are opened; a reload tries again.
    }
  })();

  return {
    stop: () => {
      stopped = true;
      stopListening();
    },
  };
}

async function currentState(): Promise<string> {
  return (await passiveJmap.call('Email/get', { ids: [], properties: ['id'] })).state;
}

async function readChanges(sinceState: string) {
  const [answers, called] = await passiveJmap.batch((add) => {
    const mailboxes = add('Mailbox/get', { ids: null });
    const changes = add('Email/changes', { sinceState, maxChanges: 200 });
    const created = add('Email/get', { '#ids': changes.ref('/created'), properties: summaryProperties });
    const updated = add('Email/get', { '#ids': changes.ref('/updated'), properties: summaryProperties });
    return { mailboxes, changes, created, updated };
  });
  const changes = answers.of(called.changes);
  return {
    newState: changes.newState,
    mailboxes: answers.of(called.mailboxes).list.toSorted((a, b) => a.sortOrder - b.sortOrder),
    present: [...answers.of(called.created).list, ...answers.of(called.updated).list],
    created: new Set(changes.created),
    destroyed: new Set(changes.destroyed),
  };
}
