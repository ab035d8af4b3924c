/** What a client proved or failed to prove itself with (RFC 4954). */
export interface Credentials {
  readonly mechanism: 'PLAIN' | 'LOGIN';
  readonly username: string;
  readonly password: string;
}

/** One step of an exchange: what the server says next, the credentials, or that the client's answer was none. */
export type SaslStep =
  | { readonly challenge: string }
  | { readonly credentials: Credentials }
  | 'malformed'
  | 'cancelled';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Base64 of UTF-8 without NUL, strictly. Null when it is not. */
function decode(response: string): string | null {
  if (response === '=') return ''; // RFC 4954 §4: an empty initial response
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(response)) return null;
  try {
    return utf8.decode(Buffer.from(response, 'base64'));
  } catch {
    return null;
  }
}

/** One AUTH exchange, PLAIN (RFC 4616) or LOGIN (of no RFC, but of many printers and systems). */
export class SaslExchange {
  readonly #mechanism: 'PLAIN' | 'LOGIN';
  #username: string | null = null;

  constructor(mechanism: 'PLAIN' | 'LOGIN') {
    this.#mechanism = mechanism;
  }

  /** `response`: the initial response, null when AUTH brought none. */
  start(response: string | null): SaslStep {
    if (response !== null) return this.next(response);
    return { challenge: this.#mechanism === 'PLAIN' ? '' : 'VXNlcm5hbWU6' }; // "Username:"
  }

  next(response: string): SaslStep {
    if (response === '*') return 'cancelled';
    const decoded = decode(response);
    if (decoded === null) return 'malformed';
    return this.#mechanism === 'PLAIN' ? this.#plain(decoded) : this.#login(decoded);
  }

  /** message = [authzid] NUL authcid NUL passwd; acting for somebody else is not offered. */
  #plain(decoded: string): SaslStep {
    const [authorize, username, password, ...more] = decoded.split('\0');
    if (!username || !password || more.length > 0 || (authorize !== '' && authorize !== username))
      return 'malformed';
    return { credentials: { mechanism: 'PLAIN', username, password } };
  }

  #login(decoded: string): SaslStep {
    if (decoded === '' || decoded.includes('\0')) return 'malformed';
    if (this.#username === null) {
      this.#username = decoded;
      return { challenge: 'UGFzc3dvcmQ6' }; // "Password:"
    }
    return { credentials: { mechanism: 'LOGIN', username: this.#username, password: decoded } };
  }
}
