import type { FastifyReply } from 'fastify';
import * as z from 'zod';
import { isProblemCode, problem, type Problem, type ProblemCode } from '#contract/problems.ts';
import { CarepostError } from '../errors.ts';

const ofFastify: Record<string, [ProblemCode, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['too-large', 'The body is larger than this endpoint takes.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported-media-type', 'Send application/json.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid-request', 'The body is not valid JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid-request', 'The body is empty; send a JSON object.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'invalid-request',
    'The body is shorter or longer than Content-Length says.',
  ],
};

/** What a client is told about `error`; undefined when it is a fault of ours, which stays in the log. */
export function toProblem(error: unknown, requestId: string): Problem | undefined {
  if (error instanceof z.ZodError) {
    const errors = error.issues.map(({ path, message }) => ({ path: path.join('/'), message }));
    const first = errors[0];
    const where = first === undefined ? 'The request' : first.path === '' ? 'The body' : first.path;
    return problem('invalid-request', `${where}: ${first?.message ?? 'is not valid'}`, { errors, requestId });
  }
  if (error instanceof CarepostError && isProblemCode(error.code)) {
    return problem(error.code, error.message, { ...extras(error), requestId });
  }
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    const known = ofFastify[error.code];
    if (known !== undefined) return problem(known[0], known[1], { requestId });
  }
  if (error instanceof SyntaxError && 'statusCode' in error)
    return problem('invalid-request', 'The body is not valid JSON.', { requestId });
  return undefined;
}

function extras(error: CarepostError): Pick<Problem, 'errors' | 'retryAfter'> {
  return {
    ...('retryAfter' in error && typeof error.retryAfter === 'number'
      ? { retryAfter: error.retryAfter }
      : {}),
    ...('errors' in error && Array.isArray(error.errors) ? { errors: error.errors } : {}),
  };
}

export function sendProblem(reply: FastifyReply, answer: Problem): FastifyReply {
  if (answer.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(answer.retryAfter)));
  return reply
    .code(answer.status)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify(answer));
}
