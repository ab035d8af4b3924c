import { fillTemplate } from './client.ts';
import type { JmapSession } from './types.ts';

/** RFC 8620 §7.1: which data types have a new state. */
export type StateChange = Record<string, string>;

interface PushPorts {
  session: JmapSession;
  accountId: string;
  onChange: (changed: StateChange) => void;
  /** Asks again without a push; called every `pollMs` while the stream is down. */
  onPoll: () => void;
  pollMs?: number;
}

/**
 * Listens on the event source (RFC 8620 §7.3). While it is not connected, polls instead; the
 * browser goes on trying to reconnect by itself. Returns the stop.
 */
export function listenForChanges({
  session,
  accountId,
  onChange,
  onPoll,
  pollMs = 30_000,
}: PushPorts): () => void {
  const url = fillTemplate(session.eventSourceUrl, { types: 'Email,Mailbox', closeafter: 'no', ping: '60' });
  let timer: ReturnType<typeof setInterval> | undefined;
  let source: EventSource | undefined;

  const poll = (on: boolean) => {
    if (on && timer === undefined) timer = setInterval(onPoll, pollMs);
    if (!on) {
      clearInterval(timer);
      timer = undefined;
    }
  };

  if (session.eventSourceUrl) {
    source = new EventSource(url);
    source.addEventListener('open', () => poll(false));
    source.addEventListener('error', () => poll(true));
    source.addEventListener('state', (event: MessageEvent<string>) => {
      const change = JSON.parse(event.data) as { changed?: Record<string, StateChange> };
      const mine = change.changed?.[accountId];
      if (mine) onChange(mine);
    });
  } else {
    poll(true);
  }
  return () => {
    source?.close();
    poll(false);
  };
}
