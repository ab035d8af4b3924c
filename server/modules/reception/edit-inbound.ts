import type { HeaderEdit, HeaderSection } from '#protocols/mime/index.ts';
import type { SmtpReply } from '#protocols/smtp/index.ts';
import { isControlField } from './control-fields.ts';
import { tooManyHops } from './replies.ts';
import { goesInCircles } from './trace-fields.ts';

export interface InboundHeader {
  readonly section: HeaderSection;
  readonly hostname: string;
  readonly returnPath: string;
  readonly received: string;
}

/**
 * What becomes of the header of a message from another server: Return-Path and Received on top (RFC 5321
 * §4.4); fields that only we may write are taken out: Return-Path, control fields, and results of
 * authentication that claim to be ours (RFC 8601 §5).
 */
export function editInbound({ section, hostname, returnPath, received }: InboundHeader): {
  readonly edit: HeaderEdit;
  readonly refusal: SmtpReply | null;
} {
  // By name only: where one of them is forged, none is believed.
  const forged = section.fields.some(
    ({ key, value }) => key === authenticationResults && claims(value, hostname),
  );
  return {
    edit: {
      remove: (key) =>
        key === 'return-path' || isControlField(key) || (forged && key === authenticationResults),
      prepend: [
        { name: 'Return-Path', value: returnPath },
        { name: 'Received', value: received },
      ],
    },
    refusal: goesInCircles(section) ? tooManyHops : null,
  };
}

const authenticationResults = 'authentication-results';

function claims(value: string, hostname: string): boolean {
  const [service = ''] = value.replace(/^\s*(?:\([^()]*\)\s*)*/, '').split(/[\s;(]/, 1);
  return service.toLowerCase() === hostname.toLowerCase();
}
