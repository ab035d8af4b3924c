import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { AccountRef, UploadId } from './account.ts';

export interface Upload {
  readonly uploadId: UploadId;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly wrappedKey: Buffer;
  /** Sealed; null when it lies in the blob store. */
  readonly content: Buffer | null;
}

export async function insertUpload(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  upload: Upload,
  expiresAt: Date,
): Promise<void> {
  await sql`
    INSERT INTO mailbox.upload (organization_id, user_id, upload_id, content_type, size_bytes, wrapped_key, content, expires_at)
    VALUES (${organizationId}, ${userId}, ${upload.uploadId}, ${upload.contentType}, ${upload.sizeBytes},
      ${upload.wrappedKey}, ${upload.content}, ${expiresAt})`.execute(tx);
}

/** A file too large for a row: announced before its blob is written. */
export async function announceUpload(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  { uploadId, contentType, wrappedKey }: Pick<Upload, 'uploadId' | 'contentType' | 'wrappedKey'>,
  expiresAt: Date,
): Promise<void> {
  await sql`
    INSERT INTO mailbox.upload (organization_id, user_id, upload_id, content_type, wrapped_key, expires_at)
    VALUES (${organizationId}, ${userId}, ${uploadId}, ${contentType}, ${wrappedKey}, ${expiresAt})`.execute(
    tx,
  );
}

export async function completeUpload(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  { uploadId, sizeBytes }: Pick<Upload, 'uploadId' | 'sizeBytes'>,
  expiresAt: Date,
): Promise<void> {
  await sql`
    UPDATE mailbox.upload SET size_bytes = ${sizeBytes}, expires_at = ${expiresAt}
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND upload_id = ${uploadId}`.execute(
    tx,
  );
}

export async function findUpload(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  uploadId: UploadId,
  now: Date,
): Promise<Upload | undefined> {
  const { rows } = await sql<Upload>`
    SELECT upload_id AS "uploadId", content_type AS "contentType", size_bytes AS "sizeBytes",
      wrapped_key AS "wrappedKey", content
    FROM mailbox.upload
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND upload_id = ${uploadId}
      AND expires_at > ${now} AND size_bytes IS NOT NULL`.execute(tx);
  return rows[0];
}

/** Bytes that wait in an account. */
export async function sumUploads(tx: Tx, { organizationId, userId }: AccountRef, now: Date): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    SELECT coalesce(sum(size_bytes), 0)::bigint AS bytes FROM mailbox.upload
    WHERE organization_id = ${organizationId} AND user_id = ${userId} AND expires_at > ${now}`.execute(tx);
  return rows[0]?.bytes ?? 0;
}

/** Of all organisations, at most `limit`; those with a blob keep their row until it is deleted. */
export async function selectExpiredUploads(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<(AccountRef & { readonly uploadId: UploadId; readonly isInBlob: boolean })[]> {
  const { rows } = await sql<{
    organization_id: OrganizationId;
    user_id: AccountRef['userId'];
    upload_id: UploadId;
    in_blob: boolean;
  }>`
    SELECT organization_id, user_id, upload_id, content IS NULL AS in_blob FROM mailbox.upload
    WHERE expires_at <= ${now} ORDER BY expires_at LIMIT ${limit}`.execute(tx);
  return rows.map((row) => ({
    organizationId: row.organization_id,
    userId: row.user_id,
    uploadId: row.upload_id,
    isInBlob: row.in_blob,
  }));
}

export async function deleteUploads(
  tx: Tx,
  uploads: readonly (AccountRef & { readonly uploadId: UploadId })[],
): Promise<void> {
  await sql`
    DELETE FROM mailbox.upload USING unnest(${uploads.map((each) => each.organizationId)}::uuid[],
      ${uploads.map((each) => each.userId)}::uuid[], ${uploads.map((each) => each.uploadId)}::uuid[])
      AS gone (organization_id, user_id, upload_id)
    WHERE upload.organization_id = gone.organization_id AND upload.user_id = gone.user_id
      AND upload.upload_id = gone.upload_id`.execute(tx);
}
