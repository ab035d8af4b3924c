import * as z from 'zod';
import { JmapMethodError } from './errors.ts';
import { isIdOrCreationReference, isJmapId } from './id.ts';
import type { JsonObject } from './json.ts';

/** RFC 8620 §1.2. */
export const Id = z.string().refine(isJmapId, 'is not an Id');
/** An id, or `#` and the creation id of something made earlier in the request. RFC 8620 §5.3. */
export const IdOrReference = z.string().refine(isIdOrCreationReference, 'is not an Id');
/** RFC 8620 §1.3: at most 2^53-1 either way. */
export const Int = z.int();
export const UnsignedInt = z.int().min(0);
/** RFC 8620 §1.4: `2014-10-30T06:12:00Z`, no fraction unless it is other than zero. */
export const UtcDate = z.iso.datetime({ offset: false }).transform((text) => new Date(text));

/**
 * Reads the arguments of a method. Throws invalidArguments naming the arguments, never their values:
 * those may be what people wrote.
 */
export function readArguments<S extends z.ZodType>(schema: S, args: JsonObject): z.output<S> {
  const outcome = schema.safeParse(args);
  if (outcome.success) return outcome.data;
  throw new JmapMethodError('invalidArguments', describe(outcome.error));
}

function describe(error: z.ZodError): string {
  const issues = error.issues.slice(0, 5).map((issue) => {
    if (issue.code === 'unrecognized_keys') return `unknown: ${issue.keys.map(short).join(', ')}`;
    return `${issue.path.map((step) => short(String(step))).join('/') || 'arguments'}: ${issue.code}`;
  });
  return issues.join('; ');
}

function short(name: string): string {
  return /^[\w:#.-]{1,64}$/.test(name) ? name : '(a name)';
}
