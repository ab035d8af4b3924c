import { readFileSync } from 'node:fs';
import { ConfigError } from './config.ts';
import { isLoopback } from './host-port.ts';

const form = 'postgres://role:password@host:5432/database?sslmode=verify-full';
/** Would take the place of our own: of the role that we act as. */
const ours = ['options', 'application_name', 'role'];

/**
 * Checks what DATABASE_URL says and answers where the server is, for messages. Nothing here quotes the URL, which
 * holds a password.
 * Throws ConfigError.
 */
export function readDatabaseUrl(text: string): string {
  // A socket's folder stands in the query, and the host is empty; WHATWG URLs want one after a name.
  const url = URL.parse(text.replace('@/', '@socket/'));
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol)) throw invalid('cannot be understood');
  const query = url.searchParams;
  const host = query.get('host') ?? decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '');
  if (host === '' || url.pathname.length < 2 || (url.username === '' && !query.has('user')))
    throw invalid('must name the role, the host and the database');
  const refused = ours.find((name) => query.has(name));
  if (refused !== undefined) throw invalid(`must not set "${refused}", which is carepost's own`);
  const far = !host.startsWith('/') && !isLoopback(host);
  if (far && !query.has('sslmode')) {
    throw invalid(
      'names another machine: say sslmode=verify-full, or sslmode=disable where the network itself encrypts (45 CFR 164.312(e))',
    );
  }
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) requireReadable(name, query.get(name));
  return host.startsWith('/') ? host : `${host}:${query.get('port') ?? (url.port || '5432')}`;
}

function requireReadable(name: string, file: string | null): void {
  if (file === null) return;
  try {
    readFileSync(file);
  } catch (cause) {
    throw new ConfigError('setting-invalid', `DATABASE_URL: the file of ${name}, ${file}, cannot be read.`, {
      cause,
    });
  }
}

function invalid(why: string): ConfigError {
  return new ConfigError('setting-invalid', `DATABASE_URL ${why}. The form is ${form}`);
}
