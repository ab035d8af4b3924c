import type { FastifyReply } from 'fastify';
import type { CookieOptions } from './route.ts';

export const cookieNames = { session: 'carepost_session', portal: 'carepost_portal' } as const;

/** Over https the `__Host-` prefix keeps other hosts of the domain from setting the cookie (RFC 6265, as its revision §4.1.3.2 adds). */
export function cookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}

export function writeCookie(
  reply: FastifyReply,
  name: string,
  value: string,
  secure: boolean,
  { maxAge, path = '/' }: CookieOptions,
): void {
  void reply.setCookie(name, value, {
    httpOnly: true,
    sameSite: 'strict',
    secure,
    path,
    ...(maxAge === undefined ? {} : { maxAge }),
  });
}
