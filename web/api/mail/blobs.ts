import { ProblemError } from '#contract/client.ts';
import type { Problem } from '#contract/problems.ts';
import { fillTemplate } from '../jmap/client.ts';
import { uploadFile } from '../jmap/upload.ts';
import type { Attachment } from './draft.ts';
import { jmap } from './jmap.ts';

/** Uploads one file for a draft, telling how far it is (0 to 1). */
export async function uploadAttachment(
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Attachment> {
  const [session, accountId] = await Promise.all([jmap.session(), jmap.accountId()]);
  const { blobId, size } = await uploadFile(
    fillTemplate(session.uploadUrl, { accountId }),
    file,
    onProgress,
    signal,
  );
  return { blobId, size, name: file.name, type: file.type || 'application/octet-stream' };
}

/** The content of a blob. The address names no file: names of files can name patients. */
export async function readBlob({ blobId, type }: { blobId: string; type: string }): Promise<Blob> {
  const [session, accountId] = await Promise.all([jmap.session(), jmap.accountId()]);
  const url = fillTemplate(session.downloadUrl, { accountId, blobId, type, name: 'attachment' });
  const response = await fetch(url, { credentials: 'same-origin' });
  if (!response.ok) throw new ProblemError((await response.json()) as Problem);
  return response.blob();
}

/** Saves a blob to the person's disk under its own name. */
export async function saveBlob(blob: { blobId: string; type: string; name: string }): Promise<void> {
  const url = URL.createObjectURL(await readBlob(blob));
  const link = document.createElement('a');
  link.href = url;
  link.download = blob.name || 'attachment';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
