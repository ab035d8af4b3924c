import type { SetError } from './types.ts';

/** A method that JMAP refused (RFC 8620 §3.6.2) or an object that it did not set (§5.3). */
export class JmapError extends Error {
  /** The registered error type: `stateMismatch`, `notFound`, `overQuota` … */
  readonly type: string;

  constructor(type: string, description?: string | null) {
    super(description ?? type);
    this.name = 'JmapError';
    this.type = type;
  }

  static of(error: SetError): JmapError {
    return new JmapError(error.type, error.description);
  }
}
