import { spawn } from 'node:child_process';
import type { KeyFiles } from './openpgp-partner.ts';

const years = 10;

export async function makeCertificate(address: string, { publicFile, secretFile }: KeyFiles): Promise<void> {
  const extensions = [
    `subjectAltName=email:${address}`,
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=digitalSignature,keyEncipherment',
    'extendedKeyUsage=emailProtection',
  ];
  const days = String(years * 365);
  const wanted = `req -x509 -newkey rsa:2048 -nodes -subj /CN=Laboratory -days ${days}`;
  await openssl([
    ...wanted.split(' '),
    '-keyout',
    secretFile,
    '-out',
    publicFile,
    ...extensions.flatMap((extension) => ['-addext', extension]),
  ]);
}

/** Null when the message is not S/MIME. What is signed within is taken out; who signed is not looked at. */
export async function openWithCertificate(raw: Buffer, files: KeyFiles): Promise<Buffer | null> {
  if (!/^content-type: application\/(?:x-)?pkcs7-mime/im.test(raw.toString('latin1'))) return null;
  const opened = await openssl(
    ['cms', '-decrypt', '-recip', files.publicFile, '-inkey', files.secretFile],
    raw,
  );
  return openssl(['cms', '-verify', '-noverify'], opened).catch(() => opened);
}

function openssl(parameters: readonly string[], input: Buffer = Buffer.alloc(0)): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('openssl', parameters, { stdio: ['pipe', 'pipe', 'ignore'] });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(Buffer.concat(output)) : reject(new Error('openssl refused')),
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
