import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ConfigError } from './config.ts';
import type { SettingName } from './settings.ts';

/** The text of the file that a setting names. Throws ConfigError when it cannot be read. */
export async function readPemFile(setting: SettingName, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new ConfigError('setting-invalid', `${setting}: the file ${file} cannot be read (${code}).`, {
      cause,
    });
  }
}

/** Throws ConfigError unless OpenSSL takes it all and key and certificate belong together. */
export function requirePem(settings: string, pem: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>): void {
  try {
    createSecureContext(pem);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new ConfigError('setting-invalid', `${settings}: not PEM, or not of one pair (${reason}).`, {
      cause,
    });
  }
}
