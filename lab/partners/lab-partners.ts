import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabMessage } from '../inbox/lab-message.ts';
import { makeCertificate, openWithCertificate } from './certificate-partner.ts';
import { makeKey, openWithKey, type KeyFiles } from './openpgp-partner.ts';

/** People outside who encrypt their mail; their programs are other people's: OpenPGP.js and OpenSSL. */
export interface LabPartners {
  /** What they hand to others: a public key, a certificate. */
  readonly keys: readonly { readonly address: string; readonly publicText: string }[];
  /** A message as its recipient reads it; null when it is not encrypted, or nobody here has the key. */
  open(message: LabMessage): Promise<Buffer | null>;
}

const partners = [
  { address: 'pgp@verified.test', file: 'openpgp', make: makeKey, open: openWithKey },
  { address: 'smime@verified.test', file: 'certificate', make: makeCertificate, open: openWithCertificate },
] as const;

/** Makes what is missing and keeps it in the lab's folder. Where OpenSSL is not installed there is no partner with a certificate. */
export async function openLabPartners(labFolder: string): Promise<LabPartners> {
  const folder = join(labFolder, 'partners');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keys: (KeyFiles & { address: string; publicText: string })[] = [];
  for (const { address, file, make } of partners) {
    const files = { publicFile: join(folder, `${file}.pub`), secretFile: join(folder, `${file}.key`) };
    if (!existsSync(files.publicFile)) await make(address, files).catch(() => undefined);
    if (existsSync(files.publicFile))
      keys.push({ address, publicText: readFileSync(files.publicFile, 'utf8'), ...files });
  }
  return {
    keys,
    async open({ envelope, raw }) {
      for (const { address, open } of partners) {
        const key = keys.find((each) => each.address === address);
        if (key === undefined || !envelope.to.includes(address)) continue;
        const opened = await open(raw, key).catch(() => null);
        if (opened !== null) return opened;
      }
      return null;
    },
  };
}
