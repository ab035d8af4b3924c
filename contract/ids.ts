declare const brand: unique symbol;
/** A UUID (version 7 when minted by the server) that cannot be confused with an id of another kind. */
export type Id<Kind extends string> = string & { readonly [brand]: Kind };

export type OrganizationId = Id<'organization'>;
export type UserId = Id<'user'>;
export type DomainId = Id<'domain'>;
export type ForwardingId = Id<'forwarding'>;
export type ContactId = Id<'contact'>;
export type MessageId = Id<'message'>;
export type ThreadId = Id<'thread'>;
export type RecipientId = Id<'recipient'>;
export type DeliveryId = Id<'delivery'>;
export type AttemptId = Id<'attempt'>;
export type KeyId = Id<'key'>;
export type OfferId = Id<'offer'>;
export type SessionId = Id<'session'>;
export type ApiKeyId = Id<'api-key'>;
export type AppPasswordId = Id<'app-password'>;
