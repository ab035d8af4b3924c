import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { BlobKey, BlobStore } from '#platform/blobs/index.ts';
import { sealWith } from '#platform/keyring/aead.ts';
import { StreamSealer } from '#platform/keyring/stream-cipher.ts';
import { ByteCollector } from '#protocols/mime/byte-collector.ts';

/** Content up to this many bytes is kept in its database row; more goes to the blob store. */
export const inlineLimitBytes = 128 * 1024;

/** Sealed bytes that may wait for the blob store before writers have to. */
const waitingLimitBytes = 256 * 1024;

export interface ContentSinkOptions {
  readonly blobs: BlobStore;
  readonly blobKey: BlobKey;
  /** The message's data key. */
  readonly key: Promise<KeyObject>;
  readonly sealedAs: string;
  readonly leadSealedAs: string;
}

/** Takes the bytes of one message and seals them: in memory while small, into a blob once they are not. */
export class ContentSink {
  readonly #options: ContentSinkOptions;
  #inline = new ByteCollector();
  #spill: Spill | null = null;
  #length = 0;

  constructor(options: ContentSinkOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#length;
  }

  /** A promise when the writer has to wait. Never rejects: a failure is told by `finish`. */
  write(bytes: Buffer): void | Promise<void> {
    this.#length += bytes.length;
    if (this.#spill !== null) return this.#spill.write(bytes);
    this.#inline.push(bytes);
    if (this.#length > inlineLimitBytes) return this.#startSpill();
  }

  /**
   * The sealed content, or null when it is in its blob. `lead` goes before all that was written: into the content,
   * or apart where that is in its blob. Throws BlobError when the store failed.
   */
  async finish(lead: Buffer): Promise<{ content: Buffer | null; lead: Buffer | null }> {
    const { key, sealedAs, leadSealedAs } = this.#options;
    this.#length += lead.length;
    const written = this.#inline.collected();
    if (this.#spill === null) {
      return { content: sealWith(await key, sealedAs, lead, written), lead: null };
    }
    await this.#spill.finish();
    return { content: null, lead: lead.length === 0 ? null : sealWith(await key, leadSealedAs, lead) };
  }

  async abort(): Promise<void> {
    this.#inline = new ByteCollector();
    await this.#spill?.abort();
  }

  async #startSpill(): Promise<void> {
    const key = await this.#options.key.catch(() => null);
    if (key === null) return; // whoever made the key tells why
    const held = this.#inline.collected();
    this.#inline = new ByteCollector();
    this.#spill = new Spill(this.#options, key);
    await this.#spill.write(held);
  }
}

/** The way of sealed bytes into the blob store. */
class Spill {
  readonly #sealer: StreamSealer;
  readonly #pipe = new PassThrough({ highWaterMark: waitingLimitBytes });
  readonly #options: ContentSinkOptions;
  /** Settles with the fate of the blob; never rejects. */
  readonly #written: Promise<{ error?: unknown }>;

  constructor(options: ContentSinkOptions, key: KeyObject) {
    this.#options = options;
    this.#sealer = new StreamSealer(key, options.sealedAs);
    this.#pipe.on('error', () => undefined); // told by #written
    this.#written = options.blobs.write(options.blobKey, this.#pipe).then(
      () => ({}),
      (error: unknown) => {
        this.#pipe.destroy();
        return { error };
      },
    );
  }

  async write(bytes: Buffer): Promise<void> {
    const sealed = this.#sealer.push(bytes);
    if (sealed.length === 0 || this.#pipe.destroyed || this.#pipe.write(sealed)) return;
    await Promise.race([once(this.#pipe, 'drain').catch(() => undefined), this.#written]);
  }

  async finish(): Promise<void> {
    if (!this.#pipe.destroyed) this.#pipe.end(this.#sealer.finish());
    const { error } = await this.#written;
    if (error !== undefined) throw error;
  }

  async abort(): Promise<void> {
    this.#pipe.destroy(new Error('The message was given up'));
    await this.#written;
    await this.#options.blobs.delete(this.#options.blobKey);
  }
}
