import * as z from 'zod';
import type { Permission } from './permissions.ts';
import type { ProblemCode } from './problems.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Who may call: anyone; anyone signed in; a recipient in the portal; or a holder of the permission. */
export type Access = 'public' | 'signed-in' | 'recipient' | Permission;

type ObjectSchema = z.ZodObject<z.ZodRawShape>;

export interface EndpointDefinition {
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly params?: ObjectSchema;
  readonly query?: ObjectSchema;
  /** A JSON body, raw bytes (application/octet-stream), or bytes of any content type as they arrive. */
  readonly body?: z.ZodType | 'bytes' | 'stream';
  /** The answer: a schema, nothing, a file, or server-sent events. */
  readonly ok: z.ZodType | 'empty' | 'bytes' | 'events';
  /** Default 204 for 'empty', else 200. */
  readonly status?: 200 | 201 | 202 | 204;
  readonly errors: readonly ProblemCode[];
  readonly permission: Access;
  /** A POST that creates: `Idempotency-Key` is honoured, and the same key never creates twice. */
  readonly idempotent?: boolean;
  /** Largest body, bytes. Default 1 MiB. */
  readonly bodyLimit?: number;
}

export interface Endpoint<D extends EndpointDefinition = EndpointDefinition> {
  readonly method: Method;
  /** `/api/v1/messages/:messageId` */
  readonly path: string;
  readonly definition: D;
}

type Parsed<S, None> = S extends z.ZodType ? z.output<S> : None;
type Given<S, None> = S extends z.ZodType ? z.input<S> : None;

export type ParamsOf<E extends Endpoint> = Parsed<E['definition']['params'], Record<never, never>>;
export type QueryOf<E extends Endpoint> = Parsed<E['definition']['query'], Record<never, never>>;
export type BodyOf<E extends Endpoint> = E['definition']['body'] extends 'bytes'
  ? Uint8Array
  : E['definition']['body'] extends 'stream'
    ? AsyncIterable<Buffer>
    : Parsed<E['definition']['body'], undefined>;
/** What a handler returns. */
export type ResultOf<E extends Endpoint> = E['definition']['ok'] extends 'bytes'
  ? FileResult
  : E['definition']['ok'] extends 'events'
    ? AsyncIterable<string>
    : Given<E['definition']['ok'], void>;
/** What a client receives. */
export type AnswerOf<E extends Endpoint> = E['definition']['ok'] extends 'bytes'
  ? Blob
  : Parsed<E['definition']['ok'], void>;
/** What a client sends. */
export type CallOf<E extends Endpoint> = {
  params?: Given<E['definition']['params'], undefined>;
  query?: Given<E['definition']['query'], undefined>;
  body?: E['definition']['body'] extends 'bytes' | 'stream'
    ? Uint8Array | Blob
    : Given<E['definition']['body'], undefined>;
};

/** A file as an answer: always sent as an attachment, never rendered on our origin. */
export interface FileResult {
  readonly contentType: string;
  readonly filename: string;
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
}

/** Declares an endpoint: `endpoint('POST /api/v1/messages', { … })`. Everything else derives from the value. */
export function endpoint<const D extends EndpointDefinition>(
  route: `${Method} /${string}`,
  definition: D,
): Endpoint<D> {
  const space = route.indexOf(' ');
  return { method: route.slice(0, space) as Method, path: route.slice(space + 1), definition };
}

/** A page of a list: give `nextCursor` back as `cursor`; null at the end. */
export function cursorPage<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** The query of every list. */
export const PageQuery = z.object({
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
