import { createPrivateKey } from 'node:crypto';
import { CmsError, readCertificate, type Identity } from '#protocols/cms/index.ts';
import {
  encryptEntity,
  openMessage,
  signEntity,
  type OpenedMessage,
  type Signer,
} from '#protocols/smime/index.ts';
import { chooseCipher, type CipherFacts } from './content-cipher.ts';
import type { Encrypted } from './encrypt-message.ts';
import type { KnownKey } from './known-key.ts';
import type { OpenedMail, Said } from './open-message.ts';
import type { OpenedFinding } from './opened-finding.ts';
import type { OwnKey } from './own-keys.ts';
import { readCertificate as readAsKey } from './read-keys.ts';

/** S/MIME as the key directory needs it; payload and result are MIME entities. */
export interface Smime {
  encrypt(
    payload: Buffer,
    how: {
      readonly to: Pick<KnownKey, 'material'> & CipherFacts;
      readonly signer: OwnKey | null;
      readonly now: Date;
    },
  ): Promise<Encrypted>;
  /** Null when the message is not S/MIME. */
  open(
    raw: Buffer,
    with_: {
      readonly author: string | null;
      readonly ownKeys: readonly OwnKey[];
      readonly known: readonly KnownKey[];
      readonly receivedAt: Date;
    },
  ): Promise<OpenedMail | null>;
}

export function createSmime(): Smime {
  return {
    async encrypt(payload, { to, signer, now }) {
      const recipient = readCertificate(to.material);
      if (recipient === null) return { ok: false, because: 'key-gone' };
      const identity = signer === null ? null : identityOf(signer);
      try {
        // Opaque: nothing on the way can break it, and it lies within the encryption anyway.
        const entity =
          identity === null
            ? payload
            : await signEntity(payload, { signers: [identity], form: 'opaque', signingTime: now });
        const { cipher, rsaTransport } = chooseCipher(to);
        const content = await encryptEntity(entity, { recipients: [recipient], cipher, rsaTransport });
        return { ok: true, content };
      } catch (error) {
        if (error instanceof CmsError)
          return { ok: false, because: error.code === 'too-large' ? 'unreadable' : 'key-gone' };
        throw error;
      }
    },

    async open(raw, { author, ownKeys, known, receivedAt }) {
      const certificates = known.filter(({ kind }) => kind === 'smime');
      const revoked = fingerprintsOf(certificates.filter((key) => key.revoked || key.isOnHold));
      const withTrust = (trust: KnownKey['trust']) => certificates.filter((key) => key.trust === trust);
      const opened = await openMessage(raw, {
        identities: ownKeys.filter(({ kind }) => kind === 'smime').flatMap((key) => identityOf(key) ?? []),
        // The administrator trusts certificates, not authorities: each stands for itself.
        anchors: withTrust('trusted').flatMap(({ material }) => readCertificate(material) ?? []),
        revoked: fingerprintsOf(withTrust('distrusted')).union(revoked),
        receivedAt,
      });
      return opened.state === 'none' ? null : asMail(opened, { author, receivedAt, revoked });
    },
  };
}

function identityOf({ material, secret }: OwnKey): Identity | null {
  const certificate = readCertificate(material);
  return certificate === null
    ? null
    : { certificate, privateKey: createPrivateKey({ key: secret, format: 'der', type: 'pkcs8' }) };
}

interface Asked {
  readonly author: string | null;
  readonly receivedAt: Date;
  /** Fingerprints of certificates that their issuers revoked or put on hold. */
  readonly revoked: ReadonlySet<string>;
}

function fingerprintsOf(keys: readonly KnownKey[]): Set<string> {
  return new Set(keys.map(({ fingerprint }) => fingerprint.toLowerCase()));
}

function asMail(opened: OpenedMessage, { author, receivedAt, revoked }: Asked): OpenedMail {
  const { headers, signers } = opened;
  const encryption = encryptionOf(opened);
  const mayBeShown = encryption === 'none' || encryption === 'decrypted';
  const theirs = signers.find(
    ({ verdict, problem, certificate }) =>
      (verdict === 'valid' || (verdict === 'untrusted' && problem === 'untrusted')) &&
      author !== null &&
      certificate?.addresses.includes(author) === true,
  );
  const fromDiffers = opened.findings.includes('from-differs');
  return {
    finding: {
      kind: 'smime',
      encryption,
      signature: mayBeShown ? signatureOf(opened, { isTheirs: theirs !== undefined, revoked }) : 'none',
      headers: fromDiffers
        ? 'from-differs'
        : headers === null || headers.scheme === 'none'
          ? 'unprotected'
          : 'protected',
    },
    shown: mayBeShown ? (headers?.message ?? null) : null,
    harvest:
      mayBeShown && !fromDiffers && author !== null && theirs?.certificate
        ? { address: author, key: readAsKey(theirs.certificate.x509), says: saidBy(theirs, receivedAt) }
        : null,
  };
}

/** The newest word of a program counts: one from the future counts as of now, one without a date as the oldest. */
function saidBy({ capabilities, signingTime }: Signer, receivedAt: Date): Said | null {
  if (capabilities === null) return null;
  const at = signingTime ?? new Date(0);
  return { ...capabilities, at: at > receivedAt ? receivedAt : at };
}

function encryptionOf({ state, failure, encryption, headers }: OpenedMessage): OpenedFinding['encryption'] {
  if (state === 'closed') return failure === 'cannot-decrypt' ? 'no-key' : 'unreadable';
  if (headers === null) return 'unreadable';
  // EFAIL: content that anybody could have changed is not shown at all.
  if (encryption === 'unauthenticated') return 'unauthenticated';
  return encryption === 'none' ? 'none' : 'decrypted';
}

interface Judged {
  readonly isTheirs: boolean;
  readonly revoked: ReadonlySet<string>;
}

function signatureOf({ signature, signers }: OpenedMessage, judged: Judged): OpenedFinding['signature'] {
  switch (signature) {
    case 'none':
      return 'none';
    case 'valid':
      return 'trusted';
    case 'other-address':
      return 'other-person';
    case 'unverified':
      return 'unknown-key';
    case 'invalid':
      return 'invalid';
    case 'untrusted':
      return untrusted(signers, judged);
  }
}

function untrusted(signers: readonly Signer[], { isTheirs, revoked }: Judged): OpenedFinding['signature'] {
  if (isTheirs) return 'undecided';
  const { problem, certificate } = signers.find(({ verdict }) => verdict === 'untrusted') ?? {};
  if (problem === 'revoked') return revoked.has(certificate?.fingerprint ?? '') ? 'revoked' : 'distrusted';
  return problem === 'untrusted' ? 'other-person' : 'unfit';
}
