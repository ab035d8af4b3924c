import type { OrganizationId } from '#contract/ids.ts';
import type { BlobKey } from '#platform/blobs/index.ts';
import type { ContentId } from './message.ts';

/** What each sealed piece is, as authenticated data: one message's piece cannot pass for another's. */
export const sealedAs = {
  content: (contentId: ContentId) => `messages.content:${contentId}`,
  lead: (contentId: ContentId) => `messages.lead:${contentId}`,
  summary: (contentId: ContentId) => `messages.summary:${contentId}`,
  preview: (contentId: ContentId) => `messages.preview:${contentId}`,
};

export const blobPrefix = 'messages/';

export function blobKeyOf(organizationId: OrganizationId, contentId: ContentId): BlobKey {
  return `${blobPrefix}${organizationId}/${contentId}`;
}
