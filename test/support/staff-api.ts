import { createClient, ProblemError, type Call } from '#contract/client.ts';
import type { Problem } from '#contract/problems.ts';
import { createContactsModule } from '#modules/contacts/index.ts';
import { createHttpServer, type HttpPorts } from '#platform/http/http-server.ts';
import { createIdempotency } from '#platform/http/idempotency.ts';
import type { Route } from '#platform/http/route.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import type { TestStaff } from './staff.ts';

/** A browser, or a program with a key: keeps the cookies that it is given. */
export interface ApiCaller {
  readonly call: Call;
  readonly cookies: Map<string, string>;
  /** The problem that the call is refused with; throws when it is not. */
  refusal(attempt: Promise<unknown>): Promise<Problem>;
}

export interface CallerOptions {
  readonly ip?: string;
  readonly bearer?: string;
  readonly headers?: Record<string, string>;
}

export interface StaffApi {
  caller(options?: CallerOptions): ApiCaller;
}

/** What modules below the staff's add. */
export interface FurtherRoutes {
  readonly routes?: readonly Route[];
  readonly authenticateRecipient?: HttpPorts['authenticateRecipient'];
}

/** The HTTP server of production over the routes of the staff modules, without a socket. */
export async function staffApi(staff: TestStaff, further: FurtherRoutes = {}): Promise<StaffApi> {
  const { database, keyring, clock, audit, identity, organizations, domains } = staff;
  const contacts = createContactsModule({ database, keyring, clock, audit });
  const server = await createHttpServer(
    [
      ...organizations.routes,
      ...identity.routes,
      ...domains.routes,
      ...contacts.routes,
      ...(further.routes ?? []),
    ],
    {
      log: silentLogger,
      metrics: createMetrics(),
      idempotency: createIdempotency({ database, keyring, clock }),
      authenticate: (credentials) => identity.authenticateRequest(credentials),
      authenticateRecipient: further.authenticateRecipient ?? (async () => undefined),
      authorize: async (principal, permission, ip) =>
        (await identity.authorize(principal, permission, ip)).ok,
      isReady: async () => true,
    },
    { publicUrl: new URL('https://carepost.test'), version: '0' },
  );

  return {
    caller({ ip = '192.0.2.1', bearer, headers = {} } = {}) {
      const cookies = new Map<string, string>();
      const send: typeof fetch = async (url, init = {}) => {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const answer = await server.inject({
          url: url instanceof Request ? url.url : url.toString(),
          method: (init.method ?? 'GET') as 'GET',
          remoteAddress: ip,
          headers: {
            ...Object.fromEntries(new Headers(init.headers)),
            ...(cookie === '' ? {} : { cookie }),
            ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
            ...headers,
          },
          ...(typeof init.body === 'string' ? { payload: init.body } : {}),
        });
        for (const { name, value, maxAge } of answer.cookies) {
          if (maxAge === 0) cookies.delete(name);
          else cookies.set(name, value);
        }
        const replied = new Headers(
          Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
        );
        return new Response(answer.statusCode === 204 ? null : answer.payload, {
          status: answer.statusCode,
          headers: replied,
        });
      };
      return {
        call: createClient(send),
        cookies,
        async refusal(attempt) {
          const error = await attempt.then(
            () => new Error('The call was not refused'),
            (reason: unknown) => reason,
          );
          if (error instanceof ProblemError) return error.problem;
          throw error;
        },
      };
    },
  };
}
