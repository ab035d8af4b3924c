import type { AnswerOf, CallOf, Endpoint } from './endpoint.ts';
import type { Problem } from './problems.ts';

/** A refusal by the server. `problem.detail` can be shown to a person. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** For endpoints that create; made once for each thing to be created and kept for retries. */
  readonly idempotencyKey?: string;
}

export type Call = <E extends Endpoint>(
  target: E,
  call?: CallOf<E>,
  options?: CallOptions,
) => Promise<AnswerOf<E>>;

/**
 * A typed client over the contract. `send` is fetch, or anything of its shape; `origin` is '' in the
 * browser. Rejects with ProblemError for an answer that is not ok, and with fetch's own error when
 * nothing answered.
 */
export function createClient(
  send: typeof fetch,
  options: { origin?: string; headers?: Record<string, string> } = {},
): Call {
  return async (target, call = {}, { signal, idempotencyKey } = {}) => {
    const { definition } = target;
    const body = encodeBody(call.body);
    const response = await send(
      `${options.origin ?? ''}${fill(target.path, call.params)}${search(call.query)}`,
      {
        method: target.method,
        headers: {
          accept: definition.ok === 'bytes' ? '*/*' : 'application/json',
          ...body?.headers,
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
          ...options.headers,
        },
        credentials: 'same-origin',
        ...(body === undefined ? {} : { body: body.content }),
        ...(signal === undefined ? {} : { signal }),
      },
    );
    if (!response.ok) throw new ProblemError(await readProblem(response));
    return (await readAnswer(definition.ok, response)) as AnswerOf<typeof target>;
  };
}

async function readAnswer(ok: Endpoint['definition']['ok'], response: Response): Promise<unknown> {
  if (ok === 'empty') return undefined;
  if (ok === 'bytes') return response.blob();
  return response.json();
}

function fill(path: string, params: object | undefined): string {
  const values = new Map<string, unknown>(Object.entries(params ?? {}));
  return path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(values.get(name))));
}

function search(query: object | undefined): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

function encodeBody(
  body: unknown,
): { content: NonNullable<RequestInit['body']>; headers: Record<string, string> } | undefined {
  if (body === undefined) return undefined;
  if (body instanceof Blob || body instanceof Uint8Array) {
    return {
      content: body as NonNullable<RequestInit['body']>,
      headers: { 'content-type': 'application/octet-stream' },
    };
  }
  return { content: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

async function readProblem(response: Response): Promise<Problem> {
  const text = await response.text();
  if (response.headers.get('content-type')?.includes('application/problem+json') === true)
    return JSON.parse(text) as Problem;
  return {
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    code: 'internal-error',
    detail:
      'The server answered in a way this page does not understand. Nothing you wrote is lost; try again.',
  };
}
