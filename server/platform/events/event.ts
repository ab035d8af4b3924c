import type { OrganizationId } from '#contract/ids.ts';

declare const carries: unique symbol;

/** A kind of domain event. `Data` holds ids and codes only: the outbox is not sealed. */
export interface EventType<Data extends object> {
  readonly name: string;
  readonly [carries]?: Data;
}

export interface DomainEvent<Data extends object> {
  readonly organizationId: OrganizationId;
  readonly eventId: string;
  readonly occurredAt: Date;
  readonly data: Data;
}

/** `name`: module and what happened, e.g. 'messages.message-stored'. */
export function defineEvent<Data extends object>(name: string): EventType<Data> {
  return { name };
}
