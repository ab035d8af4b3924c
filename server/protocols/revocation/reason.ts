import type { Element } from '../cms/element.ts';
import type { RevocationStatus } from './status.ts';

// CRLReason (RFC 5280 §5.3.1).
const certificateHold = 6;
const removeFromCrl = 8;

/** What a revocation with this reason amounts to: a hold may end, all else is for good. Null: no reason is given. */
export function revokedFor(reason: Element | null): RevocationStatus {
  const code = reason?.content[0];
  return { status: code === certificateHold || code === removeFromCrl ? 'on-hold' : 'revoked' };
}
