import type { MessageId, OrganizationId, ThreadId, UserId } from '#contract/ids.ts';
import type { MessageCategory, MessageDirection } from '#contract/messages.ts';
import type { ContentId } from './message.ts';

export type MessagesTables = {
  'messages.message': {
    organization_id: OrganizationId;
    message_id: MessageId;
    thread_id: ThreadId;
    content_id: ContentId;
    direction: MessageDirection;
    category: MessageCategory;
    author_id: UserId | null;
    size_bytes: number;
    in_blob: boolean;
    stored_at: Date;
    wrapped_key: Buffer | null;
    summary: Buffer | null;
    content: Buffer | null;
    lead: Buffer | null;
    destroyed_at: Date | null;
    destroyed_because: string | null;
  };
  'messages.digest': {
    organization_id: OrganizationId;
    message_id: MessageId;
    preview: Buffer;
    has_attachment: boolean;
    readable: boolean;
  };
  'messages.search_token': {
    organization_id: OrganizationId;
    token: number;
    message_id: MessageId;
  };
};
