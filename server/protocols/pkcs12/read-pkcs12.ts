import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { Element } from '../cms/element.ts';
import { CmsError } from '../cms/errors.ts';
import { oids } from '../cms/oids.ts';
import { decryptSafe, type Opening } from './decrypt-safe.ts';
import { Pkcs12Error } from './errors.ts';
import { verifyMac } from './verify-mac.ts';
import { workBudget } from './work-budget.ts';

export interface KeyWithCertificate {
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
}

const encryptedData = '1.2.840.113549.1.7.6';
// RFC 7292 §4.2
const bagTypes = {
  key: '1.2.840.113549.1.12.10.1.1',
  shroudedKey: '1.2.840.113549.1.12.10.1.2',
  certificate: '1.2.840.113549.1.12.10.1.3',
} as const;
const x509Certificate = '1.2.840.113549.1.9.22.1';

const limits = { bytes: 256 * 1024, safes: 16, bags: 64 };

/** Whether bytes begin as a PKCS #12 file does: a SEQUENCE with the number 3. */
export function isPkcs12(bytes: Buffer): boolean {
  return bytes[0] === 0x30 && bytes.subarray(2, 8).includes(Buffer.from([0x02, 0x01, 0x03, 0x30]));
}

/**
 * The first private key of a PKCS #12 file (RFC 7292) and its certificate, at most 256 KiB and 2,000,000 iterations.
 * Throws Pkcs12Error, and nothing else for what the file holds.
 */
export async function readPkcs12(file: Buffer, passphrase: string): Promise<KeyWithCertificate> {
  if (file.length > limits.bytes) throw new Pkcs12Error('malformed');
  try {
    return pairOf(await readBags(file, { passphrase, work: workBudget() }));
  } catch (failure) {
    if (failure instanceof CmsError) throw new Pkcs12Error('malformed');
    throw failure;
  }
}

/**
 * The private key of an EncryptedPrivateKeyInfo (RFC 5958 §3), the content of a PEM "ENCRYPTED PRIVATE KEY": within
 * the same limits, which OpenSSL does not know. Throws Pkcs12Error, and nothing else for what it holds.
 */
export async function readEncryptedKey(info: Buffer, passphrase: string): Promise<KeyObject> {
  if (info.length > limits.bytes) throw new Pkcs12Error('malformed');
  try {
    return await decryptKey(Element.read(info), { passphrase, work: workBudget() });
  } catch (failure) {
    if (failure instanceof CmsError) throw new Pkcs12Error('malformed');
    throw failure;
  }
}

interface Bags {
  readonly keys: KeyObject[];
  readonly certificates: X509Certificate[];
}

async function readBags(file: Buffer, by: Opening): Promise<Bags> {
  const fields = Element.read(file).fields;
  if (fields.take().integer !== 3) throw new Pkcs12Error('malformed');
  const outer = fields.take(0x30).fields;
  if (outer.take().oid !== oids.data) throw new Pkcs12Error('unsupported'); // signed instead of MACed
  const content = outer.take(0xa0).fields.take(0x04, 0x24).octets;
  const mac = fields.takeIf(0x30);
  if (mac === null) throw new Pkcs12Error('unsupported');
  await verifyMac(mac, content, by);
  const bags: Bags = { keys: [], certificates: [] };
  for (const safe of Element.read(content).members.slice(0, limits.safes)) await readSafe(safe, by, bags);
  return bags;
}

async function readSafe(safe: Element, by: Opening, into: Bags): Promise<void> {
  const fields = safe.fields;
  const type = fields.take().oid;
  const body = fields.take(0xa0).fields;
  let content: Buffer;
  if (type === oids.data) content = body.take(0x04, 0x24).octets;
  else if (type === encryptedData) {
    const encrypted = body.take(0x30).fields;
    encrypted.take(0x02);
    const info = encrypted.take(0x30).fields;
    info.take();
    const identifier = info.take(0x30);
    content = await decryptSafe(identifier, info.take(0x80, 0xa0).octets, by);
  } else throw new Pkcs12Error('unsupported');
  for (const bag of Element.read(content).members.slice(0, limits.bags)) await readBag(bag, by, into);
}

/** CRLs, secrets and bags within bags are passed over. */
async function readBag(bag: Element, by: Opening, { keys, certificates }: Bags): Promise<void> {
  const fields = bag.fields;
  const type = fields.take().oid;
  const value = fields.take(0xa0).fields;
  if (type === bagTypes.key) keys.push(readKey(value.take(0x30).der));
  if (type === bagTypes.shroudedKey) keys.push(await decryptKey(value.take(0x30), by));
  if (type === bagTypes.certificate) {
    const held = value.take(0x30).fields;
    if (held.take().oid !== x509Certificate) return;
    certificates.push(readCertificate(held.take(0xa0).fields.take(0x04, 0x24).octets));
  }
}

/** EncryptedPrivateKeyInfo: RFC 5958 §3. */
async function decryptKey({ fields }: Element, by: Opening): Promise<KeyObject> {
  const identifier = fields.take(0x30);
  return readKey(await decryptSafe(identifier, fields.take(0x04).content, by));
}

function readKey(pkcs8: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  } catch {
    throw new Pkcs12Error('unsupported'); // a kind of key that OpenSSL does not know
  }
}

function readCertificate(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch {
    throw new Pkcs12Error('malformed');
  }
}

function pairOf({ keys, certificates }: Bags): KeyWithCertificate {
  for (const privateKey of keys) {
    const certificate = certificates.find((each) => each.checkPrivateKey(privateKey));
    if (certificate !== undefined) return { certificate, privateKey };
  }
  throw new Pkcs12Error('no-pair');
}
