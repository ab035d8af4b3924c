import { headerLimits, type HeaderProblem } from '#protocols/mime/index.ts';
import { MessagesError, type MessagesErrorCode } from './errors.ts';

const refusals: Record<HeaderProblem, [MessagesErrorCode, string]> = {
  'header-too-large': ['too-large', `The header section is larger than ${headerLimits.bytes} bytes.`],
  'too-many-fields': ['too-large', `The header section has more than ${headerLimits.fields} fields.`],
  'bare-line-break': ['invalid-message', 'A line of the header section does not end with CR and LF.'],
  'nul-byte': ['invalid-message', 'The header section holds a NUL byte.'],
  'malformed-field': ['invalid-message', 'A line of the header section is no header field.'],
};

export function headerRefusal(problem: HeaderProblem): MessagesError {
  return new MessagesError(...refusals[problem]);
}

export function tooLarge(limitBytes: number): MessagesError {
  return new MessagesError('too-large', `The message is larger than ${limitBytes} bytes.`);
}
