import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CarepostError } from '#platform/errors.ts';
import { withHouse } from './open-house.ts';

class ExportError extends CarepostError<'unknown-organization' | 'not-read-to-its-end'> {}

/** `carepost audit export`: standard output, or a file of mode 0600 that must not exist. */
export async function exportAuditLog({
  organization,
  out,
}: {
  organization: string;
  out?: string;
}): Promise<void> {
  await withHouse(async ({ organizations, audit }) => {
    const found = await organizations.findBySlug(organization);
    if (found === null)
      throw new ExportError(
        'unknown-organization',
        `There is no organisation with the short name "${organization}".`,
      );
    const lines = audit.exportAudit(found.organizationId);
    if (out === undefined) return toStandardOutput(lines);
    await using file = await open(out, 'wx', 0o600);
    await file.writeFile(lines);
    await file.sync();
  });
}

async function toStandardOutput(lines: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(lines), process.stdout, { end: false });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EPIPE')) throw cause;
    throw new ExportError(
      'not-read-to-its-end',
      'The program that reads the export stopped before its end: what it has is not the whole log.',
      { cause },
    );
  }
}
