import { inspect } from 'node:util';
import type { TestEvent } from 'node:test/reporters';

/** Prints each failed test where it failed, and what the test files wrote to standard error. */
export default async function* showFailures(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    if (event.type === 'test:fail' && !isOnlyOfSubtests(event.data.details.error)) {
      const { name, file, line, details } = event.data;
      yield `\n✖ ${name} (${file ?? ''}:${line ?? ''})\n${inspect(details.error.cause ?? details.error, { depth: 4 })}\n`;
    } else if (event.type === 'test:stderr') {
      yield event.data.message;
    }
  }
}

/** A suite whose tests failed says nothing more than they did; one whose hooks failed does. */
function isOnlyOfSubtests(error: Error): boolean {
  return 'failureType' in error && error.failureType === 'subtestsFailed';
}
