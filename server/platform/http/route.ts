import type { BodyOf, Endpoint, ParamsOf, QueryOf, ResultOf } from '#contract/endpoint.ts';
import type { RecipientPrincipal, StaffPrincipal } from './principal.ts';

export interface CookieOptions {
  /** Seconds; 0 removes the cookie; absent: until the browser closes. */
  readonly maxAge?: number;
  /** Default '/'. */
  readonly path?: string;
}

export interface RequestInfo {
  readonly requestId: string;
  readonly ip: string;
  readonly userAgent: string;
  /**
   * A UUID for what this request creates: the same for every try with the same caller and
   * Idempotency-Key, else fresh. If a thing of that id exists already, answer with it.
   */
  readonly creationId: string;
  header(name: string): string | undefined;
  cookie(name: string): string | undefined;
  /** Always HttpOnly, SameSite=Strict; Secure and `__Host-` where the public URL is https. */
  setCookie(name: string, value: string, options?: CookieOptions): void;
  replyHeader(name: string, value: string): void;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

type PrincipalOf<E extends Endpoint> = E['definition']['permission'] extends 'public'
  ? undefined
  : E['definition']['permission'] extends 'recipient'
    ? RecipientPrincipal
    : StaffPrincipal;

export interface Call<E extends Endpoint> {
  readonly params: ParamsOf<E>;
  readonly query: QueryOf<E>;
  readonly body: BodyOf<E>;
  readonly principal: PrincipalOf<E>;
  readonly request: RequestInfo;
}

export type Handler<E extends Endpoint> = (call: Call<E>) => Promise<ResultOf<E>>;

/** An endpoint with what serves it. Made by `route`, so the pair is known to fit. */
export interface Route {
  readonly endpoint: Endpoint;
  readonly handler: (call: Call<Endpoint>) => Promise<unknown>;
}

export function route<E extends Endpoint>(endpoint: E, handler: Handler<E>): Route {
  return { endpoint, handler };
}
