import { createClient, ProblemError } from '#contract/client.ts';
import type { Problem } from '#contract/problems.ts';
import { tellSessionEnded } from './session-ended.ts';

/** Marks what a page asks by itself: it must not keep an idle session alive (45 CFR 164.312(a)(2)(iii)). */
const passiveHeader = { 'x-carepost-passive': '1' };

const send: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.status === 401) await noticeEndedSession(response);
  return response;
};

/** Calls an endpoint because a person did something. */
export const call = createClient(send);

/** Calls an endpoint because time passed: polling, refreshing, looking at the session. */
export const callPassively = createClient(send, { headers: passiveHeader });

let leaving = false;
if (typeof window !== 'undefined') {
  window.addEventListener('pagehide', () => (leaving = true), { capture: true });
  window.addEventListener('pageshow', () => (leaving = false), { capture: true });
}

/** JMAP's way to the server: GET without a body, POST with one; the same errors as {@link call}. */
export async function postJson(url: string, body?: unknown, passive = false): Promise<unknown> {
  const response = await send(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(passive ? passiveHeader : {}),
    },
    credentials: 'same-origin',
    keepalive: leaving, // what is asked for while the page goes must still arrive
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new ProblemError((await response.json()) as Problem);
  return response.json();
}

async function noticeEndedSession(response: Response): Promise<void> {
  const body = (await response
    .clone()
    .json()
    .catch(() => null)) as Problem | null;
  if (body?.code === 'not-signed-in') tellSessionEnded();
}
