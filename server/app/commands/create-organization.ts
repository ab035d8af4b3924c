import { text } from 'node:stream/consumers';
import { withHouse } from './open-house.ts';

interface Options {
  readonly name: string;
  readonly slug: string;
  readonly domain: string;
  readonly adminName: string;
  readonly adminEmail: string;
}

/** `carepost organization create`. A password on standard input is used; at a terminal one is made and shown once. */
export async function createOrganization({
  name,
  slug,
  domain,
  adminName,
  adminEmail,
}: Options): Promise<void> {
  const password = process.stdin.isTTY ? undefined : (await text(process.stdin)).trim();
  const founded = await withHouse((house) =>
    house.domains.createOrganization({
      name,
      slug,
      domain,
      administrator: {
        displayName: adminName,
        email: adminEmail,
        ...(password === undefined || password === '' ? {} : { password }),
      },
    }),
  );
  process.stdout.write(
    `Organisation ${slug} (${founded.organizationId}) is ready.\nFirst administrator: ${adminEmail}\n`,
  );
  if (founded.initialPassword !== null)
    process.stdout.write(`Password, shown this once: ${founded.initialPassword}\n`);
}
