import { readFile, writeFile } from 'node:fs/promises';
import PostalMime from 'postal-mime';

export interface KeyFiles {
  readonly publicFile: string;
  readonly secretFile: string;
}

export async function makeKey(address: string, { publicFile, secretFile }: KeyFiles): Promise<void> {
  const { generateKey } = await import('openpgp'); // only when it is needed: it is large
  const { privateKey, publicKey } = await generateKey({ userIDs: { name: 'Practice', email: address } });
  await writeFile(secretFile, privateKey, { mode: 0o600 });
  await writeFile(publicFile, publicKey);
}

/** Null when the message is not PGP/MIME (RFC 3156 §4). */
export async function openWithKey(raw: Buffer, { secretFile }: KeyFiles): Promise<Buffer | null> {
  const { attachments } = await PostalMime.parse(raw);
  const texts = attachments.map(({ content }) =>
    typeof content === 'string' ? content : new TextDecoder().decode(content),
  );
  const armoredMessage = texts.find((text) => text.includes('-----BEGIN PGP MESSAGE-----'));
  if (armoredMessage === undefined) return null;
  const { decrypt, readMessage, readPrivateKey } = await import('openpgp');
  const { data } = await decrypt({
    message: await readMessage({ armoredMessage }),
    decryptionKeys: await readPrivateKey({ armoredKey: await readFile(secretFile, 'utf8') }),
    format: 'binary',
  });
  return Buffer.from(data);
}
