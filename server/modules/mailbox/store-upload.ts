import type { KeyObject } from 'node:crypto';
import type { BlobKey } from '#platform/blobs/index.ts';
import { newId } from '#platform/ids.ts';
import { openWith, sealWith } from '#platform/keyring/aead.ts';
import { openStream, sealStream } from '#platform/keyring/stream-cipher.ts';
import type { AccountRef, UploadId } from './account.ts';
import type { MailboxPorts } from './ports.ts';
import {
  announceUpload,
  completeUpload,
  deleteUploads,
  findUpload,
  insertUpload,
  selectExpiredUploads,
  sumUploads,
  type Upload,
} from './upload-store.ts';

/** What waits in one account may take this many bytes. */
export const uploadQuotaBytes = 250 * 1024 * 1024;
/** Time for a message that holds the file to be saved, from then on it is part of the message. */
const keptMs = 24 * 3_600_000;
const comingInMs = 3_600_000;
const inlineLimitBytes = 128 * 1024;

type Ports = Pick<MailboxPorts, 'database' | 'keyring' | 'blobs' | 'clock'>;

export type UploadOutcome =
  | { readonly ok: true; readonly uploadId: UploadId; readonly sizeBytes: number }
  | { readonly ok: false; readonly refused: 'quota' };

/** Takes a file in while it comes, sealed under a key of its own. `source` ends the stream when it is too long. */
export async function storeUpload(
  ports: Ports,
  account: AccountRef,
  contentType: string,
  source: AsyncIterable<Buffer>,
): Promise<UploadOutcome> {
  const { database, keyring, blobs, clock } = ports;
  const { organizationId } = account;
  const waiting = await database.inTenant(organizationId, (tx) => sumUploads(tx, account, clock.now()));
  if (waiting >= uploadQuotaBytes) return { ok: false, refused: 'quota' };
  const uploadId = newId<UploadId>();
  const { key, wrapped } = await keyring.createDataKey(organizationId);
  const reader = source[Symbol.asyncIterator]();
  const { held, ended } = await readSome(reader);
  const later = (ms: number) => new Date(clock.now().getTime() + ms);
  const upload = { uploadId, contentType, wrappedKey: wrapped };

  if (ended) {
    const content = sealWith(key, sealedAs(uploadId), held);
    await database.inTenant(organizationId, (tx) =>
      insertUpload(tx, account, { ...upload, sizeBytes: held.length, content }, later(keptMs)),
    );
    return { ok: true, uploadId, sizeBytes: held.length };
  }
  await database.inTenant(organizationId, (tx) => announceUpload(tx, account, upload, later(comingInMs)));
  let sizeBytes = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of rest(held, reader)) {
      sizeBytes += chunk.length;
      yield chunk;
    }
  };
  await blobs.write(blobKeyOf(account, uploadId), sealStream(key, sealedAs(uploadId), counted()));
  await database.inTenant(organizationId, (tx) =>
    completeUpload(tx, account, { uploadId, sizeBytes }, later(keptMs)),
  );
  return { ok: true, uploadId, sizeBytes };
}

async function readSome(reader: AsyncIterator<Buffer>): Promise<{ held: Buffer; ended: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= inlineLimitBytes) {
    const { done, value } = await reader.next();
    if (done === true) return { held: Buffer.concat(chunks), ended: true };
    chunks.push(value);
    length += value.length;
  }
  return { held: Buffer.concat(chunks), ended: false };
}

async function* rest(held: Buffer, reader: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield held;
  for (let next = await reader.next(); next.done !== true; next = await reader.next()) yield next.value;
}

/** A file that was handed in and has not expired; null when there is none. */
export async function readUpload(
  ports: Ports,
  account: AccountRef,
  uploadId: UploadId,
): Promise<{ readonly type: string; readonly content: AsyncIterable<Buffer> } | null> {
  const { database, keyring, blobs, clock } = ports;
  const upload = await database.inTenant(account.organizationId, (tx) =>
    findUpload(tx, account, uploadId, clock.now()),
  );
  if (upload === undefined) return null;
  const key = await keyring.openDataKey(account.organizationId, upload.wrappedKey);
  return { type: upload.contentType, content: contentOf(blobs, account, key, upload) };
}

async function* contentOf(
  blobs: Ports['blobs'],
  account: AccountRef,
  key: KeyObject,
  { uploadId, content }: Upload,
): AsyncGenerator<Buffer> {
  if (content !== null) yield openWith(key, sealedAs(uploadId), content);
  else yield* openStream(key, sealedAs(uploadId), blobs.read(blobKeyOf(account, uploadId)));
}

/** Removes what nobody used in time. Answers how many. */
export async function expireUploads({ database, blobs, clock }: Ports): Promise<number> {
  const expired = await database.acrossTenants((tx) => selectExpiredUploads(tx, clock.now(), 200));
  if (expired.length === 0) return 0;
  for (const upload of expired) if (upload.isInBlob) await blobs.delete(blobKeyOf(upload, upload.uploadId));
  await database.acrossTenants((tx) => deleteUploads(tx, expired));
  return expired.length;
}

function sealedAs(uploadId: UploadId): string {
  return `mailbox.upload:${uploadId}`;
}

function blobKeyOf({ organizationId }: AccountRef, uploadId: UploadId): BlobKey {
  return `uploads/${organizationId}/${uploadId}`;
}
