import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { KeyringError } from './keyring-error.ts';

/*
 * Encryption of streams: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over
 * AES-256-GCM, as age and Tink use it.
 *
 *   stream = version (1) ‖ salt (16) ‖ chunk…
 *   chunk  = AES-256-GCM(stream key, nonce = counter (11, big-endian) ‖ last (1), plaintext) ‖ tag (16)
 *
 * The stream key is HKDF-SHA-256(key, salt, context): no two streams share one, so counting nonces is
 * safe. Every chunk but the last holds 64 KiB of plaintext; the last is marked in its nonce and is
 * empty only if the stream is. Removed, repeated, reordered, truncated or appended bytes therefore fail.
 */

/** Plaintext bytes of every chunk but the last. */
export const streamChunkBytes = 64 * 1024;

const version = 1;
const saltBytes = 16;
const headerBytes = 1 + saltBytes;
const tagBytes = 16;
const sealedChunkBytes = streamChunkBytes + tagBytes;

/** Bytes of the sealed form of `plaintextBytes`. */
export function sealedStreamBytes(plaintextBytes: number): number {
  return headerBytes + plaintextBytes + tagBytes * Math.max(1, Math.ceil(plaintextBytes / streamChunkBytes));
}

/** 32 bytes. */
type StreamKey = Buffer | KeyObject;

/** Seals a stream piece by piece; holds at most one chunk. `context` says what the stream is and is authenticated. */
export class StreamSealer {
  readonly #key: KeyObject;
  readonly #chunk = Buffer.allocUnsafe(streamChunkBytes);
  #filled = 0;
  #counter = 0;
  #header: Buffer | null;

  constructor(key: StreamKey, context: string) {
    const salt = randomBytes(saltBytes);
    this.#key = streamKey(key, salt, context);
    this.#header = Buffer.concat([Buffer.of(version), salt]);
  }

  /** Takes plaintext of any length and answers what became ready to store, possibly nothing. Copies what it keeps. */
  push(plaintext: Buffer): Buffer {
    const ready = this.#takeHeader();
    let position = 0;
    while (position < plaintext.length) {
      // A full chunk is sealed only when more follows: the last one must carry its mark.
      if (this.#filled === streamChunkBytes) ready.push(...this.#sealChunk(false));
      const taken = plaintext.copy(this.#chunk, this.#filled, position);
      this.#filled += taken;
      position += taken;
    }
    return Buffer.concat(ready);
  }

  /** Seals what is left. The sealer cannot be used afterwards. */
  finish(): Buffer {
    return Buffer.concat([...this.#takeHeader(), ...this.#sealChunk(true)]);
  }

  #takeHeader(): Buffer[] {
    const header = this.#header;
    this.#header = null;
    return header === null ? [] : [header];
  }

  #sealChunk(last: boolean): Buffer[] {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce(this.#counter, last));
    const sealed = cipher.update(this.#chunk.subarray(0, this.#filled));
    cipher.final();
    this.#counter += 1;
    this.#filled = 0;
    return [sealed, cipher.getAuthTag()];
  }
}

/** Seals a whole stream. */
export async function* sealStream(
  key: StreamKey,
  context: string,
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<Buffer> {
  const sealer = new StreamSealer(key, context);
  for await (const plaintext of source) {
    const ready = sealer.push(plaintext);
    if (ready.length > 0) yield ready;
  }
  yield sealer.finish();
}

/**
 * Opens a stream chunk by chunk; what is yielded has been authenticated, but that the stream is whole
 * is known only when the iteration ends without an error. Holds at most two chunks.
 * Throws KeyringError 'sealed-value-damaged' at the first chunk that is not as it was sealed.
 */
export async function* openStream(
  key: StreamKey,
  context: string,
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let opener: ChunkOpener | null = null;
  for await (const piece of source) {
    held = held.length === 0 ? piece : Buffer.concat([held, piece]);
    if (opener === null) {
      if (held.length < headerBytes) continue;
      opener = new ChunkOpener(key, held.subarray(0, headerBytes), context);
      held = held.subarray(headerBytes);
    }
    // As long as more than one chunk is held, the first cannot be the last.
    while (held.length > sealedChunkBytes) {
      yield opener.open(held.subarray(0, sealedChunkBytes), false);
      held = held.subarray(sealedChunkBytes);
    }
  }
  if (opener === null) throw damaged();
  const last = opener.open(held, true);
  if (last.length > 0) yield last;
}

class ChunkOpener {
  readonly #key: KeyObject;
  #counter = 0;

  constructor(key: StreamKey, header: Buffer, context: string) {
    if (header[0] !== version) throw damaged();
    this.#key = streamKey(key, header.subarray(1), context);
  }

  open(sealed: Buffer, last: boolean): Buffer {
    if (sealed.length < tagBytes || (last && this.#counter > 0 && sealed.length === tagBytes))
      throw damaged();
    const tag = sealed.subarray(sealed.length - tagBytes);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce(this.#counter, last), {
      authTagLength: tagBytes,
    });
    decipher.setAuthTag(tag);
    this.#counter += 1;
    try {
      const plaintext = decipher.update(sealed.subarray(0, sealed.length - tagBytes));
      decipher.final();
      return plaintext;
    } catch (cause) {
      throw damaged(cause);
    }
  }
}

function streamKey(key: StreamKey, salt: Buffer, context: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, salt, `carepost:stream:${context}`, 32)));
}

function nonce(counter: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUIntBE(counter, 5, 6); // 2^48 chunks are 16 EiB
  bytes[11] = last ? 1 : 0;
  return bytes;
}

function damaged(cause?: unknown): KeyringError {
  return new KeyringError('sealed-value-damaged', 'A sealed stream was changed or cut short.', { cause });
}
