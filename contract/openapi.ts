import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';
import { problems } from './problems.ts';
import { withSharedSchemas } from './shared-schemas.ts';

/** The OpenAPI 3.1 document of `endpoints`, for `/api/openapi.json`. */
export function openApiDocument(endpoints: readonly Endpoint[], version: string): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const target of endpoints) {
    const path = target.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [target.method.toLowerCase()]: operation(target) };
  }
  return withSharedSchemas({
    openapi: '3.1.0',
    info: { title: 'carepost', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'carepost_session' },
        apiKey: { type: 'http', scheme: 'bearer' },
        portalSession: { type: 'apiKey', in: 'cookie', name: 'carepost_portal' },
      },
      schemas: { Problem: problemSchema },
    },
  });
}

function operation({ method, path, definition }: Endpoint): object {
  const parameters = [
    ...fields('path', definition.params),
    ...fields('query', definition.query),
    ...(definition.idempotent === true
      ? [
          {
            name: 'Idempotency-Key',
            in: 'header',
            required: false,
            schema: { type: 'string', minLength: 8, maxLength: 200 },
          },
        ]
      : []),
  ];
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z0-9]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary: definition.summary,
    ...(definition.description === undefined ? {} : { description: definition.description }),
    tags: [definition.tag],
    security: security(definition.permission),
    'x-permission': definition.permission,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(definition.body === undefined
      ? {}
      : { requestBody: { required: true, content: content(definition.body, 'input') } }),
    responses: { ...success(definition), ...failures(definition) },
  };
}

function success({ ok, status }: Endpoint['definition']): object {
  const code = status ?? (ok === 'empty' ? 204 : 200);
  return {
    [code]:
      ok === 'empty' ? { description: 'Done' } : { description: 'Done', content: content(ok, 'output') },
  };
}

function failures({ errors, permission, body, params, query }: Endpoint['definition']): object {
  const codes = new Set([
    ...errors,
    ...((body ?? params ?? query) ? (['invalid-request'] as const) : []),
    ...(permission === 'public' ? [] : (['not-signed-in', 'forbidden'] as const)),
    ...(['internal-error', 'blob-store-unavailable', 'database-unavailable'] as const),
  ]);
  const byStatus = Map.groupBy(codes, (code) => problems[code].status);
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, group]) => [
        status,
        {
          description: group.map((code) => `\`${code}\`: ${problems[code].title}`).join('; '),
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      ]),
  );
}

function security(permission: Endpoint['definition']['permission']): object[] {
  if (permission === 'public') return [];
  return permission === 'recipient' ? [{ portalSession: [] }] : [{ session: [] }, { apiKey: [] }];
}

function content(schema: z.ZodType | 'bytes' | 'stream' | 'events', io: 'input' | 'output'): object {
  if (schema === 'bytes') return { 'application/octet-stream': {} };
  if (schema === 'stream') return { '*/*': {} };
  if (schema === 'events') return { 'text/event-stream': {} };
  return { 'application/json': { schema: jsonSchema(schema, io) } };
}

function fields(where: 'path' | 'query', schema: z.ZodObject<z.ZodRawShape> | undefined): object[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const value = field as z.ZodType;
    return {
      name,
      in: where,
      required: where === 'path' || !value.safeParse(undefined).success,
      schema: jsonSchema(value, 'input'),
    };
  });
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
  });
  return rest;
}

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(problems) },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } },
    },
    retryAfter: { type: 'integer' },
    requestId: { type: 'string' },
  },
};
