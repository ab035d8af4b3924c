import type { FastifyRequest } from 'fastify';

/**
 * What follows `Authorization: Bearer`; '' when that cannot be a key, undefined without the header. Whoever shows
 * one is judged by it alone: a cookie beside it counts for nothing, readable or not.
 */
export function bearerOf({
  headers: { authorization },
}: Pick<FastifyRequest, 'headers'>): string | undefined {
  if (authorization === undefined || !/^Bearer(?: |$)/i.test(authorization)) return undefined;
  return /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization)?.[1] ?? '';
}
