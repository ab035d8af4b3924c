import { claimsToBe } from '#protocols/authentication-results/index.ts';
import { normalizeAddress, type HeaderEdit, type HeaderSection } from '#protocols/mime/index.ts';
import type { SmtpReply } from '#protocols/smtp/index.ts';
import { isControlField } from './control-fields.ts';
import { forwardedBefore, severalFrom, tooManyHops } from './replies.ts';
import { goesInCircles, mostPasses, passesThrough } from './trace-fields.ts';

export interface InboundHeader {
  readonly section: HeaderSection;
  readonly hostname: string;
  /** Addresses that it is to be forwarded for, in look-up form. */
  readonly forwardedBy: ReadonlySet<string>;
}

/**
 * What becomes of the header of a message from another server: fields that only we may write are taken out:
 * Return-Path, control fields, and results of authentication that claim to be ours (RFC 8601 §5).
 */
export function editInbound({ section, hostname, forwardedBy }: InboundHeader): {
  readonly edit: HeaderEdit;
  readonly refusal: SmtpReply | null;
} {
  return {
    edit: {
      remove: (key, { value }) =>
        key === 'return-path' ||
        isControlField(key) ||
        (key === 'authentication-results' && claimsToBe(value, hostname)),
    },
    refusal:
      goesInCircles(section) || passesThrough(section, hostname) > mostPasses
        ? tooManyHops
        : wasForwarded(section, forwardedBy)
          ? forwardedBefore
          : isTwofold(section)
            ? severalFrom
            : null,
  };
}

/** RFC 9228 §4: an address that forwards writes its name on top; where it finds it again, mail goes in a circle. */
function wasForwarded({ fields }: HeaderSection, forwardedBy: ReadonlySet<string>): boolean {
  return fields.some(({ key, value }) => key === 'delivered-to' && forwardedBy.has(normalizeAddress(value)));
}

/** RFC 5322 §3.6 allows one. With two, one program shows this name and another that: nothing could be proven of it. */
function isTwofold({ fields }: HeaderSection): boolean {
  return fields.filter(({ key }) => key === 'from').length > 1;
}
