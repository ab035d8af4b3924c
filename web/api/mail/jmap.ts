import { postJson } from '../call.ts';
import { JmapClient } from '../jmap/client.ts';
import type { JmapSession } from '../jmap/types.ts';

/** The page's own origin answers, whatever name the server believes it has. */
const ownOrigin = (url: string) => url.replace(/^https?:\/\/[^/]+/, '');

async function postOwn(url: string, body: unknown, passive: boolean): Promise<unknown> {
  const answer = await postJson(url, body, passive);
  if (body !== undefined) return answer;
  const session = answer as JmapSession;
  return {
    ...session,
    apiUrl: ownOrigin(session.apiUrl),
    downloadUrl: ownOrigin(session.downloadUrl),
    uploadUrl: ownOrigin(session.uploadUrl),
    eventSourceUrl: ownOrigin(session.eventSourceUrl),
  } satisfies JmapSession;
}

/** For what a person does. */
export const jmap = new JmapClient((url, body) => postOwn(url, body, false));

/** For what the page does by itself; does not keep an idle session alive. */
export const passiveJmap = new JmapClient((url, body) => postOwn(url, body, true));

/** Forgets who was signed in. */
export function resetJmap(): void {
  jmap.reset();
  passiveJmap.reset();
}
