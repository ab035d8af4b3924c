import { readProtectedHeaders, type ProtectedHeaders } from '../header-protection/index.ts';
import { parseMailboxes } from '../mime/address-list.ts';
import { normalizeAddress } from '../mime/address.ts';
import { findWrappedParts } from './find-wrapped-parts.ts';
import { isPlausible, judgeSigners, type Signer, type SignerVerdict, type Trust } from './judge-signers.ts';
import { openLayers, type Layer, type OpenedLayers } from './open-layers.ts';
import type { Certificate, Identity } from '../cms/index.ts';

export type SmimeFinding =
  | 'text-outside-signature' // beside the signed part; it is not shown
  | 'signature-outside-encryption' // says who passed it on, not who wrote it; it does not count
  | 'odd-signing-time' // far from when the message came
  | 'encrypted-part-inside' // ciphertext as a part among others, which is not decrypted (EFAIL)
  | 'signed-part-inside' // a signature that does not cover the whole, which is not verified
  | 'from-differs'
  | 'outer-changed';

export interface OpenedMessage {
  /**
   * none: not S/MIME. opened: `headers.message` is what to show.
   * closed: it cannot be decrypted or read; nothing of it is to be shown as content.
   */
  readonly state: 'none' | 'opened' | 'closed';
  readonly failure: OpenedLayers['failure'];
  /** What to show, and nothing else. Null unless opened, and when the header fields are ambiguous. */
  readonly headers: ProtectedHeaders | null;
  /**
   * unauthenticated: anybody may have changed the content on its way. Show its text alone: no HTML, nothing remote, no
   * automatic reply (EFAIL).
   */
  readonly encryption: 'none' | 'authenticated' | 'unauthenticated';
  /** What all signatures together are worth: the best of them; `none` when nobody signed what is shown. */
  readonly signature: SignerVerdict | 'none';
  readonly signers: readonly Signer[];
  /** All that came with the signatures, for the key directory. Nothing vouches for them. */
  readonly certificates: readonly Certificate[];
  readonly findings: readonly SmimeFinding[];
}

export interface OpenOptions extends Trust {
  /** Whose keys may open it. */
  readonly identities: readonly Identity[];
}

const order: readonly SignerVerdict[] = ['valid', 'other-address', 'untrusted', 'unverified', 'invalid'];

/**
 * Decrypts and verifies a whole message. RFC 8551 §3, RFC 8550 §3, RFC 9788 §4.
 * A signature counts only when it covers all that is shown and lies within the encryption. Never throws for what the
 * message holds.
 */
export async function openMessage(raw: Buffer, options: OpenOptions): Promise<OpenedMessage> {
  const { layers, payload, failure } = await openLayers(raw, options.identities, options.intermediates ?? []);
  const lastEncrypted = layers.findLastIndex(({ kind }) => kind === 'encrypted');
  const signed = layers.filter((layer): layer is SignedLayer => layer.kind === 'signed');
  const counting = signed.find((layer) => layers.indexOf(layer) > lastEncrypted);
  const judged = counting === undefined ? [] : judgeSigners(counting, options);
  const trusted = judged.filter(({ verdict }) => verdict === 'valid');
  const isClosed = failure === 'cannot-decrypt' || (failure !== null && layers.length > 0);
  const headers =
    isClosed || layers.length === 0
      ? null
      : readProtectedHeaders(raw, payload, {
          signed: trusted.length > 0,
          encrypted: lastEncrypted >= 0,
          signers: trusted.flatMap(({ certificate }) => certificate?.addresses ?? []),
        });
  const from = fromOf(headers);
  const signers = judged.map((signer) => boundTo(signer, from));
  const signature = order.find((verdict) => signers.some((signer) => signer.verdict === verdict)) ?? 'none';
  return {
    state: isClosed ? 'closed' : layers.length > 0 ? 'opened' : 'none',
    failure,
    headers,
    encryption: encryptionOf(layers, signature),
    signature,
    signers,
    certificates: signed.flatMap(({ certificates }) => certificates),
    findings: [
      ...findingsOf(signed, counting, signers, options.receivedAt),
      ...(isClosed ? [] : findWrappedParts(payload)),
      ...(headers?.findings ?? []),
    ],
  };
}

type SignedLayer = Layer & { readonly kind: 'signed' };

function fromOf(headers: ProtectedHeaders | null): string[] {
  const fields = headers?.fields.filter(({ key }) => key === 'from') ?? [];
  return fields.flatMap(({ value }) => parseMailboxes(value)).map(({ address }) => normalizeAddress(address));
}

/** RFC 8550 §3: the certificate must name whom the message says it is from. */
function boundTo(signer: Signer, from: readonly string[]): Signer {
  if (signer.verdict !== 'valid') return signer;
  const names = signer.certificate?.addresses ?? [];
  const [address] = from;
  return address !== undefined && from.length === 1 && names.includes(address)
    ? signer
    : { ...signer, verdict: 'other-address' };
}

function encryptionOf(
  layers: readonly Layer[],
  signature: OpenedMessage['signature'],
): OpenedMessage['encryption'] {
  const encrypted = layers.filter((layer) => layer.kind === 'encrypted');
  if (encrypted.length === 0) return 'none';
  // The innermost decides: what lies around it could be put there by anybody.
  return encrypted.at(-1)?.authenticated === true || signature === 'valid'
    ? 'authenticated'
    : 'unauthenticated';
}

function findingsOf(
  signed: readonly SignedLayer[],
  counting: SignedLayer | undefined,
  signers: readonly Signer[],
  receivedAt: Date,
): SmimeFinding[] {
  const findings: SmimeFinding[] = [];
  if (signed.some(({ hasOuterText }) => hasOuterText)) findings.push('text-outside-signature');
  if (signed.length > 0 && signed[0] !== counting) findings.push('signature-outside-encryption');
  if (signers.some(({ signingTime }) => signingTime !== null && !isPlausible(signingTime, receivedAt)))
    findings.push('odd-signing-time');
  return findings;
}
