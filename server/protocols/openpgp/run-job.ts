import type { Key, PublicKey, Subkey } from 'openpgp';
import type { KeyPairRead } from './key-facts.ts';
import { openpgp } from './library.ts';
import type {
  JobName,
  JobOutcome,
  Opened,
  OpenPgpJob,
  OpenPgpJobs,
  OpenPgpProblem,
  SignatureSeen,
} from './openpgp-job.ts';
import { armorIn, factsOf, parseKeys, parseSecretKey } from './read-key.ts';

class Problem extends Error {
  readonly problem: OpenPgpProblem;
  constructor(problem: OpenPgpProblem) {
    super(problem);
    this.problem = problem;
  }
}

type Handlers = { [N in JobName]: (given: OpenPgpJobs[N]['given']) => Promise<OpenPgpJobs[N]['answer']> };

const handlers: Handlers = {
  async readKeys({ bytes, at }) {
    const keys = await parseKeys(bytes).catch(() => {
      throw new Problem('unreadable');
    });
    return Promise.all(keys.map(async (key) => ({ key: key.write(), facts: await factsOf(key, at) })));
  },

  async readPair({ bytes, passphrase, at }) {
    const read = await parseSecretKey(bytes).catch(() => {
      throw new Problem('unreadable');
    });
    const open = read.isDecrypted()
      ? read
      : await openpgp.decryptKey({ privateKey: read, passphrase }).catch(() => {
          throw new Problem('passphrase-wrong');
        });
    return pairOf(open.write(), open.toPublic(), at);
  },

  async generate({ name, address, at }) {
    // Curve25519 in the form of RFC 4880 keys: GnuPG of Debian 12 reads nothing newer.
    const { privateKey, publicKey } = await openpgp.generateKey({
      userIDs: [{ name, email: address }],
      type: 'ecc',
      curve: 'curve25519Legacy',
      date: at,
      format: 'object',
    });
    return pairOf(privateKey.write(), publicKey, at);
  },

  async encrypt({ content, to, signWith, at }) {
    const encryptionKeys = (await parseKeys(to)).slice(0, 1);
    const signingKeys = signWith === null ? [] : [await parseSecretKey(signWith)];
    return openpgp.encrypt({
      message: await openpgp.createMessage({ binary: content, date: at }),
      encryptionKeys,
      signingKeys,
      date: at,
      format: 'armored',
    });
  },

  async sign({ content, signWith, at }) {
    const signed = await openpgp.sign({
      message: await openpgp.createMessage({ binary: content }),
      signingKeys: [await parseSecretKey(signWith)],
      detached: true,
      date: at,
      format: 'object',
    });
    const signature = await openpgp.readSignature({ binarySignature: signed.write() });
    const hash = signature.packets[0]?.hashAlgorithm ?? openpgp.enums.hash.sha512;
    return { signature: signature.armor(), micalg: `pgp-${openpgp.enums.read(openpgp.enums.hash, hash)}` };
  },

  async decrypt({ content, secretKeys, signers, limitBytes, at }): Promise<Opened> {
    const config = { maxDecompressedMessageSize: limitBytes };
    const armored = armorIn(content);
    const message = await (armored === null
      ? openpgp.readMessage({ binaryMessage: content, config })
      : openpgp.readMessage({ armoredMessage: armored, config }));
    const verificationKeys = await readAll(signers);
    const { data, signatures } = await openpgp.decrypt({
      message,
      decryptionKeys: await Promise.all(secretKeys.map(parseSecretKey)),
      verificationKeys,
      date: at,
      format: 'binary',
      config,
    });
    const opened = new Uint8Array(data);
    if (opened.length > limitBytes) throw new Problem('too-large');
    return {
      content: opened,
      signatures: await Promise.all(signatures.map((each) => see(each, verificationKeys))),
    };
  },

  async verify({ content, signature: bytes, signers, at }) {
    const armored = armorIn(bytes);
    const signature = await (
      armored === null
        ? openpgp.readSignature({ binarySignature: bytes })
        : openpgp.readSignature({ armoredSignature: armored })
    ).catch(() => {
      throw new Problem('unreadable');
    });
    const verificationKeys = await readAll(signers);
    const { signatures } = await openpgp.verify({
      message: await openpgp.createMessage({ binary: content }),
      signature,
      verificationKeys,
      date: at,
      format: 'binary',
    });
    return Promise.all(signatures.map((each) => see(each, verificationKeys)));
  },
};

/** Runs one job. Never rejects. */
export async function runJob(job: OpenPgpJob): Promise<JobOutcome<JobName>> {
  try {
    return { ok: true, answer: await answer(job) };
  } catch (error) {
    return { ok: false, problem: problemOf(error, job.name) };
  }
}

function answer({ name, given }: OpenPgpJob): Promise<OpenPgpJobs[JobName]['answer']> {
  switch (name) {
    case 'readKeys':
      return handlers.readKeys(given);
    case 'readPair':
      return handlers.readPair(given);
    case 'generate':
      return handlers.generate(given);
    case 'encrypt':
      return handlers.encrypt(given);
    case 'sign':
      return handlers.sign(given);
    case 'decrypt':
      return handlers.decrypt(given);
    case 'verify':
      return handlers.verify(given);
  }
}

/** The library tells by message only; what is not recognised is the least that can be said. */
function problemOf(error: unknown, name: JobName): OpenPgpProblem {
  if (error instanceof Problem) return error.problem;
  const text = error instanceof Error ? error.message : '';
  if (/authentic|not authenticated|integrity protected/i.test(text)) return 'unauthenticated';
  if (/maximum (?:decompressed )?(?:message )?size|too large/i.test(text)) return 'too-large';
  if (name === 'encrypt' || name === 'sign') return 'key-unusable';
  if (
    /no (?:decryption key|decryption key packets|symmetrically|public key encrypted)|session key decryption/i.test(
      text,
    )
  )
    return 'no-key';
  return 'unreadable';
}

async function pairOf(secretKey: Uint8Array, publicKey: PublicKey, at: Date): Promise<KeyPairRead> {
  return { secretKey, key: publicKey.write(), facts: await factsOf(publicKey, at) };
}

async function readAll(keys: readonly Uint8Array[]): Promise<PublicKey[]> {
  const read = await Promise.all(keys.map((key) => parseKeys(key).catch(() => [])));
  return read.flat();
}

type Verification = Awaited<ReturnType<typeof openpgp.verify>>['signatures'][number];

async function see(
  { keyID, verified, signature }: Verification,
  keys: readonly Key[],
): Promise<SignatureSeen> {
  const by = keys.find((key) => (key.getKeys(keyID) as readonly (Key | Subkey)[]).length > 0);
  const isValid = await verified.catch(() => false);
  const packets = await signature.then(
    ({ packets: found }) => found,
    () => [],
  );
  return {
    keyId: keyID.toHex(),
    fingerprint: by?.getFingerprint().toUpperCase() ?? null,
    verdict: by === undefined ? 'unknown-key' : isValid ? 'valid' : 'invalid',
    createdAt: packets[0]?.created ?? null,
  };
}
