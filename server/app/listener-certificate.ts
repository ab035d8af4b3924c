import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { issueCertificate } from '#platform/certificates/issue-certificate.ts';
import type { Config } from './config.ts';
import { readPemFile, requirePem } from './read-pem-file.ts';

export interface ListenerCertificate {
  /** PEM chain. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

const day = 86_400_000;
const validDays = 825;

/**
 * The certificate of the mail listeners: the operator's, or one of our own made once and kept in the data
 * folder. Other servers accept the latter for opportunistic TLS only, which is why production names its own.
 */
export async function listenerCertificate(config: Config): Promise<ListenerCertificate> {
  if (config.tls !== undefined) {
    const [cert, key] = await Promise.all([
      readPemFile('CAREPOST_TLS_CERT', config.tls.certificateFile),
      readPemFile('CAREPOST_TLS_KEY', config.tls.keyFile),
    ]);
    requirePem('CAREPOST_TLS_CERT and CAREPOST_TLS_KEY', { cert, key });
    return { cert, key };
  }
  const folder = join(config.dataFolder, 'tls');
  const file = join(folder, `${config.hostname}.json`);
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept) as ListenerCertificate;
  // Certificates are judged by the machine's clock, not the product's.
  const now = Date.now();
  const made = await issueCertificate({
    names: [config.hostname],
    validity: { from: new Date(now - day), to: new Date(now + validDays * day) },
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, JSON.stringify(made), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return made;
}
