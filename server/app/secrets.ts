import { settings } from './settings.ts';

/** What must never be printed or logged. Read once, handed to who needs it, not kept in Config. */
export interface Secrets {
  readonly databaseUrl: string | undefined;
  readonly blobUrl: string | undefined;
  readonly keyringUrl: string | undefined;
}

export function readSecrets(environment: Readonly<Record<string, string | undefined>>): Secrets {
  const value = (name: 'DATABASE_URL' | 'BLOB_URL' | 'KEYRING_URL') => {
    const text = environment[name] ?? settings[name].default;
    return text === '' ? undefined : text;
  };
  return { databaseUrl: value('DATABASE_URL'), blobUrl: value('BLOB_URL'), keyringUrl: value('KEYRING_URL') };
}
