/** Why one object of a /set was left as it was. RFC 8620 §5.3; RFC 8621 §2.5, §4.6, §7.5. */
export type SetErrorType =
  | 'forbidden' // not allowed to this caller
  | 'overQuota' // a limit on stored data
  | 'tooLarge' // the object is too big
  | 'rateLimit' // too many of these lately
  | 'notFound' // no object of that id
  | 'invalidPatch' // the patch does not fit the object
  | 'willDestroy' // the same call destroys it
  | 'invalidProperties' // properties are wrong; named in `properties`
  | 'singleton' // the only one of its kind
  | 'alreadyExists' // the same thing is there; named in `existingId`
  | 'mailboxHasChild' // RFC 8621 §2.5
  | 'mailboxHasEmail' // RFC 8621 §2.5
  | 'blobNotFound' // RFC 8621 §4.6; named in `notFound`
  | 'tooManyKeywords' // RFC 8621 §4.6
  | 'tooManyMailboxes' // RFC 8621 §4.6
  | 'invalidEmail' // RFC 8621 §4.8, §7.5
  | 'tooManyRecipients' // RFC 8621 §7.5; `maxRecipients`
  | 'noRecipients' // RFC 8621 §7.5
  | 'invalidRecipients' // RFC 8621 §7.5; `invalidRecipients`
  | 'forbiddenMailFrom' // RFC 8621 §7.5
  | 'forbiddenFrom' // RFC 8621 §7.5
  | 'forbiddenToSend' // RFC 8621 §7.5
  | 'cannotUnsend'; // RFC 8621 §7.5

/** One refused creation, update or destruction. An expected outcome: a value, never thrown. */
export interface SetError {
  readonly type: SetErrorType;
  readonly description?: string;
  readonly properties?: readonly string[];
  readonly existingId?: string;
  readonly notFound?: readonly string[];
  readonly maxRecipients?: number;
  readonly invalidRecipients?: readonly string[];
  readonly maxSize?: number;
}

/** The SetError for properties with wrong values. */
export function invalidProperties(properties: readonly string[], description?: string): SetError {
  return { type: 'invalidProperties', properties, ...(description !== undefined && { description }) };
}
