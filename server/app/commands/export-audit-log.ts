import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CarepostError } from '#platform/errors.ts';
import { withHouse } from './open-house.ts';

class UnknownOrganization extends CarepostError<'unknown-organization'> {}

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
      throw new UnknownOrganization(
        'unknown-organization',
        `There is no organisation with the short name "${organization}".`,
      );
    const lines = audit.exportAudit(found.organizationId);
    if (out === undefined) return pipeline(Readable.from(lines), process.stdout, { end: false });
    await using file = await open(out, 'wx', 0o600);
    await file.writeFile(lines);
    await file.sync();
  });
}
