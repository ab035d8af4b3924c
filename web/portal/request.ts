import type { Problem, ProblemCode } from '#contract/problems.ts';

/** Why a request came to nothing. `offline`: nothing answered. */
export interface Refusal {
  code: ProblemCode | 'offline';
  /** Seconds until another try may succeed. */
  retryAfter?: number | undefined;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

/** Asks the portal's API. A refusal is a value: every one of them has a page of its own. */
export async function request<T>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Answer<T>> {
  try {
    const response = await fetch(`/portal/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) return { ok: false, refusal: toRefusal(text) };
    return { ok: true, value: (text === '' ? undefined : JSON.parse(text)) as T };
  } catch {
    return { ok: false, refusal: { code: 'offline' } };
  }
}

/** A POST that tells how much of it is sent (0 to 1), which fetch cannot. */
export function postWithProgress<T>(
  path: string,
  body: unknown,
  key: string,
  onProgress: (share: number) => void,
): Promise<Answer<T>> {
  return new Promise((resolve) => {
    const call = new XMLHttpRequest();
    call.open('POST', `/portal/api/v1${path}`);
    call.setRequestHeader('content-type', 'application/json');
    call.setRequestHeader('idempotency-key', key);
    call.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    call.addEventListener('load', () =>
      resolve(
        call.status < 300
          ? { ok: true, value: JSON.parse(call.responseText) as T }
          : { ok: false, refusal: toRefusal(call.responseText) },
      ),
    );
    call.addEventListener('error', () => resolve({ ok: false, refusal: { code: 'offline' } }));
    call.send(JSON.stringify(body));
  });
}

function toRefusal(text: string): Refusal {
  try {
    const { code, retryAfter } = JSON.parse(text) as Problem;
    return { code, retryAfter };
  } catch {
    return { code: 'offline' };
  }
}
