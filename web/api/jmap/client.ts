import { JmapError } from './jmap-error.ts';
import type { JmapMethods, JmapSession, MethodName, ResultReference } from './types.ts';

const using = ['urn:ietf:params:jmap:core', 'urn:ietf:params:jmap:mail', 'urn:ietf:params:jmap:submission'];

type Invocation = [name: string, args: object, callId: string];

/** A call inside a batch: ask the answers for its result, or point another call at it. */
export interface Called<M extends MethodName> {
  readonly method: M;
  readonly callId: string;
  /** RFC 8620 §3.7: `query.ref('/ids')` as the `#ids` of a later call. */
  ref(path: string): ResultReference;
}

export interface Answers {
  of<M extends MethodName>(called: Called<M>): JmapMethods[M][1];
}

interface Waiting {
  calls: Invocation[];
  resolve: (answers: Answers) => void;
  reject: (cause: unknown) => void;
}

/** How a request reaches the server: rejects with the same errors as the REST client. */
export type Post = (url: string, body?: unknown) => Promise<unknown>;

/**
 * A small JMAP client (RFC 8620). Calls that are asked for in the same moment travel in one HTTP
 * request, and a batch may refer to its own earlier results, so a screen costs one round trip.
 */
export class JmapClient {
  readonly #post: Post;
  #session: Promise<JmapSession> | null = null;
  #queue: Waiting[] = [];
  #counter = 0;

  constructor(post: Post) {
    this.#post = post;
  }

  /** The session resource, fetched once. */
  session(): Promise<JmapSession> {
    this.#session ??= (this.#post('/.well-known/jmap') as Promise<JmapSession>).catch((cause: unknown) => {
      this.#session = null;
      throw cause;
    });
    return this.#session;
  }

  /** Forgets who was signed in. */
  reset(): void {
    this.#session = null;
  }

  async accountId(): Promise<string> {
    const { primaryAccounts } = await this.session();
    const id = primaryAccounts['urn:ietf:params:jmap:mail'];
    if (id === undefined) throw new JmapError('accountNotFound', 'This person has no mailbox');
    return id;
  }

  /** One method on its own; joined with others that are asked for in the same tick. */
  async call<M extends MethodName>(method: M, args: JmapMethods[M][0]): Promise<JmapMethods[M][1]> {
    return this.batch((add) => add(method, args)).then(([answers, called]) => answers.of(called));
  }

  /** Several methods in order. Rejects with JmapError if any of them was refused. */
  async batch<T>(
    build: (add: <M extends MethodName>(method: M, args: JmapMethods[M][0]) => Called<M>) => T,
  ): Promise<[Answers, T]> {
    const accountId = await this.accountId();
    const calls: Invocation[] = [];
    const built = build((method, args) => {
      const callId = `c${(this.#counter += 1)}`;
      calls.push([method, { accountId, ...args }, callId]);
      return { method, callId, ref: (path) => ({ resultOf: callId, name: method, path }) };
    });
    const answers = await new Promise<Answers>((resolve, reject) => {
      this.#queue.push({ calls, resolve, reject });
      if (this.#queue.length === 1) queueMicrotask(() => void this.#flush());
    });
    return [answers, built];
  }

  async #flush(): Promise<void> {
    const waiting = this.#queue;
    this.#queue = [];
    try {
      const { apiUrl } = await this.session();
      const answer = (await this.#post(apiUrl, {
        using,
        methodCalls: waiting.flatMap((batch) => batch.calls),
      })) as { methodResponses: Invocation[] };
      for (const batch of waiting) settle(batch, answer.methodResponses);
    } catch (cause) {
      for (const batch of waiting) batch.reject(cause);
    }
  }
}

function settle(batch: Waiting, responses: Invocation[]): void {
  const results = new Map<string, object>();
  for (const [name, args, callId] of responses) {
    if (!batch.calls.some((call) => call[2] === callId)) continue;
    if (name === 'error') {
      const error = args as { type: string; description?: string };
      batch.reject(new JmapError(error.type, error.description));
      return;
    }
    // onSuccessUpdateEmail answers with a second response under the same call id (RFC 8621 §7.5).
    if (!results.has(callId)) results.set(callId, args);
  }
  batch.resolve({
    of: (called) => {
      const result = results.get(called.callId);
      if (result === undefined) throw new JmapError('serverFail', `${called.method} was not answered`);
      return result as never;
    },
  });
}

/** Fills a URL template of the session resource (RFC 6570 level 1). */
export function fillTemplate(template: string, values: Record<string, string>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}
