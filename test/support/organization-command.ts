import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface OrganizationToCreate {
  readonly name: string;
  readonly slug: string;
  readonly domain: string;
  readonly administrator: { readonly name: string; readonly email: string; readonly password: string };
}

const main = join(import.meta.dirname, '../../server/main.ts');

/** `carepost organization create`, as an administrator would type it: before the first start, or beside a running server. */
export async function createOrganization(
  environment: Readonly<Record<string, string>>,
  { name, slug, domain, administrator }: OrganizationToCreate,
): Promise<void> {
  const options = {
    name,
    slug,
    domain,
    'admin-name': administrator.name,
    'admin-email': administrator.email,
  };
  const command = spawn(
    process.execPath,
    [
      main,
      'organization',
      'create',
      ...Object.entries(options).flatMap(([key, value]) => [`--${key}`, value]),
    ],
    { env: { PATH: process.env['PATH'] ?? '', ...environment }, stdio: ['pipe', 'ignore', 'pipe'] },
  );
  let said = '';
  command.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  command.stdin.end(administrator.password);
  const code = await new Promise<number | null>((resolve) => {
    command.once('close', resolve);
  });
  if (code !== 0) throw new Error(`carepost organization create ended with code ${code}: ${said}`);
}
