import type * as z from 'zod';
import type {
  CodeSentSchema,
  LinkSchema,
  PortalItemSchema,
  PortalMessageSchema,
  PortalSessionSchema,
} from '#contract/portal.ts';
import { postWithProgress, request } from './request.ts';

// The types of the contract without its schemas: zod alone would double what a phone has to load.
export type Link = z.output<typeof LinkSchema>;
export type CodeSent = z.output<typeof CodeSentSchema>;
export type PortalItem = z.output<typeof PortalItemSchema>;
export type PortalMessage = z.output<typeof PortalMessageSchema>;
export type PortalSession = Omit<z.output<typeof PortalSessionSchema>, 'offerId'>;

/** Every call of the portal. */
export const api = {
  link: (token: string) => request<Link>('GET', `/offers/${token}`),
  sendCode: (token: string) => request<CodeSent>('POST', `/offers/${token}/code`),
  renewLink: (token: string) => request<void>('POST', `/offers/${token}/renewal`),
  signIn: (token: string, code: string) =>
    request<z.output<typeof PortalSessionSchema>>('POST', `/offers/${token}/session`, { code }),
  askForLink: (organizationSlug: string, address: string) =>
    request<unknown>('POST', '/access', { organizationSlug, address }),
  session: () => request<PortalSession>('GET', '/session'),
  signOut: () => request<void>('DELETE', '/session'),
  inbox: (cursor: string | null) =>
    request<{ items: PortalItem[]; nextCursor: string | null }>(
      'GET',
      `/inbox${cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`}`,
    ),
  message: (offerId: string) => request<PortalMessage>('GET', `/messages/${offerId}`),
  markOpened: (offerId: string) => request<void>('POST', `/messages/${offerId}/open`),
  reply: (offerId: string, reply: ReplyBody, key: string, onProgress: (share: number) => void) =>
    postWithProgress<{ messageId: string; repliedAt: string }>(
      `/messages/${offerId}/reply`,
      reply,
      key,
      onProgress,
    ),
};

export interface ReplyBody {
  text: string;
  attachments: { filename: string; contentType: string; contentBase64: string }[];
}

/** Where a file of a message is fetched. */
export function attachmentUrl(offerId: string, partId: string): string {
  return `/portal/api/v1/messages/${offerId}/attachments/${encodeURIComponent(partId)}`;
}
