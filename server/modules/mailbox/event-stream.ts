import { formatState, pingEvent, stateEvent, type EventSourceRequest } from '#protocols/jmap/index.ts';
import type { AccountRef, AccountStates, Kind } from './account.ts';
import type { StateHub } from './state-hub.ts';

/** The names of our kinds in a StateChange. RFC 8620 §7.1. */
const typeNames: Readonly<Record<Kind, readonly string[]>> = {
  mailbox: ['Mailbox'],
  email: ['Email'],
  thread: ['Thread'],
  submission: ['EmailSubmission'],
};

interface Waiting {
  readonly states: AccountStates | null;
  readonly ping: boolean;
}

/** The events of one connection, until `signal` ends it. RFC 8620 §7.3. The first tells the states as they are. */
export async function* eventStream(
  hub: StateHub,
  account: AccountRef,
  request: EventSourceRequest,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let waiting: Waiting = { states: null, ping: false };
  let wake: () => void = () => undefined;
  const say = (more: Partial<Waiting>) => {
    waiting = { ...waiting, ...more };
    wake();
  };
  const stop = hub.watch(account, (states) => say({ states }));
  const timer =
    request.pingSeconds === 0
      ? undefined
      : setInterval(() => say({ ping: true }), request.pingSeconds * 1_000);
  timer?.unref();
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  let told: Readonly<Record<string, string>> = {};
  try {
    yield pingEvent(request.pingSeconds); // opens the stream: the client knows that it is connected
    while (!signal.aborted) {
      const { states, ping } = waiting;
      waiting = { states: null, ping: false };
      const changed = states === null ? {} : newStates(states, request, told);
      if (Object.keys(changed).length > 0) {
        told = { ...told, ...changed };
        yield stateEvent({ [account.userId]: changed });
        if (request.closeAfterState) return;
      }
      if (ping) yield pingEvent(request.pingSeconds);
      if (waiting.states === null && !waiting.ping && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearInterval(timer);
    stop();
  }
}

function newStates(
  states: AccountStates,
  { types }: EventSourceRequest,
  told: Readonly<Record<string, string>>,
): Record<string, string> {
  const current = (Object.keys(typeNames) as Kind[]).flatMap((kind) =>
    typeNames[kind].map((name) => [name, formatState(states[kind])] as const),
  );
  return Object.fromEntries(
    current.filter(([name, state]) => (types === null || types.has(name)) && told[name] !== state),
  );
}
