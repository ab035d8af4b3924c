import { createClient, type Call } from '#contract/client.ts';

/** A person in a browser, or at the portal: fetch that keeps the cookies it is given. */
export interface BrowserSession {
  readonly fetch: typeof fetch;
  readonly call: Call;
  /** As a Cookie field. */
  cookies(): string;
}

export function openBrowserSession(origin: string): BrowserSession {
  const cookies = new Map<string, string>();
  const field = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const send: typeof fetch = async (target, init = {}) => {
    const headers = new Headers(init.headers);
    if (cookies.size > 0) headers.set('cookie', field());
    const answer = await fetch(target, { ...init, headers });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0\b/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };
  return { fetch: send, call: createClient(send, { origin }), cookies: field };
}
