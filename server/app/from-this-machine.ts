import type { FastifyRequest } from 'fastify';

/** What reverse proxies add. */
const traces = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via'];

/**
 * Whether a program on this machine asks, and not a reverse proxy on it for somebody outside: then the name that
 * is asked for is one of this machine's own, and nothing says that the request was passed on.
 */
export function isFromThisMachine({
  socket,
  hostname,
  headers,
}: Pick<FastifyRequest, 'socket' | 'hostname' | 'headers'>): boolean {
  return (
    isLoopback(socket.remoteAddress) &&
    (hostname === 'localhost' || isLoopback(hostname.replace(/^\[|\]$/g, ''))) &&
    traces.every((name) => headers[name] === undefined)
  );
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/i.test(address);
}
