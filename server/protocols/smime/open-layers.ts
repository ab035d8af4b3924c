import {
  CmsError,
  decryptContent,
  verifyContent,
  type Certificate,
  type Identity,
  type ReadCipher,
  type ReadSignature,
} from '../cms/index.ts';
import { readEntity } from '../mime/mime-entity.ts';
import { withCrlf } from './line-ends.ts';
import { readSmimeEntity } from './smime-entity.ts';

export type Layer =
  | {
      readonly kind: 'signed';
      readonly signatures: readonly ReadSignature[];
      readonly certificates: readonly Certificate[];
      readonly hasOuterText: boolean;
    }
  | { readonly kind: 'encrypted'; readonly cipher: ReadCipher; readonly authenticated: boolean };

export interface OpenedLayers {
  /** From the outside in; none for a message that is not S/MIME. */
  readonly layers: readonly Layer[];
  /** Exactly what the innermost layer covers. */
  readonly payload: Buffer;
  /** Why the payload is still closed or unproven. */
  readonly failure: 'cannot-decrypt' | 'malformed' | 'too-many-layers' | null;
}

/** Signed, encrypted, signed again is what RFC 2634 §1.1 makes of it; nobody needs more. */
const mostLayers = 4;

/** Takes off signatures and encryption of an entity, layer by layer. Never throws for what it holds. */
export async function openLayers(
  raw: Buffer,
  identities: readonly Identity[],
  known: readonly Certificate[],
): Promise<OpenedLayers> {
  const layers: Layer[] = [];
  let payload = raw;
  const stop = (failure: OpenedLayers['failure']): OpenedLayers => ({ layers, payload, failure });
  for (;;) {
    const read = readEntity(payload);
    if (!read.ok) return stop(layers.length === 0 ? 'malformed' : null);
    const found = await readSmimeEntity(read.entity);
    if (found.kind === 'none') return stop(null);
    if (found.kind === 'malformed') return stop('malformed');
    if (layers.length >= mostLayers) return stop('too-many-layers');
    if (found.kind === 'enveloped') {
      const opened = await decryptContent(found.cms, identities);
      if (!opened.ok) return stop('cannot-decrypt');
      layers.push({ kind: 'encrypted', cipher: opened.cipher, authenticated: opened.authenticated });
      payload = await withCrlf(opened.content);
      continue;
    }
    const detached = found.kind === 'detached' ? found.content : null;
    const verified = await tryVerify(found.cms, detached, known);
    if (verified === null) return stop('malformed');
    const { signatures, certificates } = verified;
    const hasOuterText = found.kind === 'detached' && found.hasOuterText;
    layers.push({ kind: 'signed', signatures, certificates, hasOuterText });
    payload = await withCrlf(verified.content);
  }
}

async function tryVerify(cms: Buffer, detached: Buffer | null, known: readonly Certificate[]) {
  try {
    return await verifyContent(cms, detached, known);
  } catch (failure) {
    if (failure instanceof CmsError) return null;
    throw failure;
  }
}
