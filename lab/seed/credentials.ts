import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { Role } from '#contract/permissions.ts';

/** What a person needs to try the lab. Kept in the lab's folder, since the product itself keeps no secret readable. */
const LabCredentials = z.object({
  organization: z.string(),
  users: z.array(z.object({ email: z.string(), role: Role, password: z.string() })),
  apiKey: z.object({ user: z.string(), key: z.string() }),
  appPassword: z.object({ username: z.string(), password: z.string() }),
});
export type LabCredentials = z.output<typeof LabCredentials>;

const Draft = LabCredentials.partial({ apiKey: true, appPassword: true });
/** Passwords are written down before the users exist, so that a start cut short loses none. */
export type CredentialsDraft = z.output<typeof Draft>;

export function readCredentials(folder: string): CredentialsDraft | null {
  const path = pathIn(folder);
  return existsSync(path) ? Draft.parse(JSON.parse(readFileSync(path, 'utf8'))) : null;
}

/** Readable to the owner only. */
export function writeCredentials(folder: string, credentials: CredentialsDraft): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${pathIn(folder)}.new`, JSON.stringify(credentials, null, 2), { mode: 0o600 });
  renameSync(`${pathIn(folder)}.new`, pathIn(folder));
}

function pathIn(folder: string): string {
  return join(folder, 'credentials.json');
}

/** The credentials as lines for a terminal. */
export function describeCredentials({ organization, users, apiKey, appPassword }: LabCredentials): string {
  return [
    `${organization}, the lab's organisation:`,
    ...users.map(({ email, role, password }) => `  ${role.padEnd(14)} ${email.padEnd(22)} ${password}`),
    `  ${'mail program'.padEnd(14)} ${appPassword.username.padEnd(22)} ${appPassword.password}`,
    `  ${'API key'.padEnd(14)} ${apiKey.user.padEnd(22)} ${apiKey.key}`,
  ].join('\n');
}
