import { z } from 'zod';

/** What a message is for. Who may send it, where to, and which rules apply hang on it. */
export const MessageCategory = z.enum([
  'clinical', // care: questions, instructions, documents
  'appointment', // booking, reminders, changes
  'lab-result', // results of laboratory or imaging
  'billing', // statements, payments, insurance
  'marketing', // needs authorisation, 45 CFR 164.508
  'administrative', // everything else with outsiders
  'internal', // between members of staff
]);
export type MessageCategory = z.infer<typeof MessageCategory>;

/** Where a message came from. */
export const MessageDirection = z.enum([
  'outbound', // written by our side, sent
  'inbound', // received
  'draft', // not sent yet; replaced as a whole on each save
  'system', // written by carepost itself, such as a delivery report
]);
export type MessageDirection = z.infer<typeof MessageDirection>;

/** A mailbox as a header field shows it. The name is whatever its sender wrote. */
export const HeaderMailbox = z.object({ name: z.string(), address: z.string() });
export type HeaderMailbox = z.infer<typeof HeaderMailbox>;

export const MessageAttachment = z.object({
  /** Names the part within its message. */
  partId: z.string(),
  /** Never holds a path; '' when the sender gave none. */
  filename: z.string(),
  /** Lower case, as declared by the sender: not a statement about the content. */
  contentType: z.string(),
  /** Bytes, decoded. */
  size: z.int().nonnegative(),
  /** Shown within the text rather than listed below it. */
  inline: z.boolean(),
  /** Content-ID without angle brackets, by which the HTML refers to it. */
  cid: z.string().nullable(),
});
export type MessageAttachment = z.infer<typeof MessageAttachment>;

/** A message as a person reads it. */
export const MessageContent = z.object({
  subject: z.string(),
  from: z.array(HeaderMailbox),
  to: z.array(HeaderMailbox),
  cc: z.array(HeaderMailbox),
  replyTo: z.array(HeaderMailbox),
  /** The sender's Date field; null when absent or unreadable. */
  date: z.iso.datetime().nullable(),
  /** The Message-ID field without angle brackets. */
  messageIdHeader: z.string().nullable(),
  text: z.string(),
  /**
   * Sanitised, or null when the message has no HTML. Remote images carry their address in
   * `data-remote-src` and load nothing until it is moved to `src`; parts of the message are named by
   * `data-cid`.
   */
  html: z.string().nullable(),
  /** How many remote contents were held back. */
  blockedRemote: z.int().nonnegative(),
  /** Text or HTML is longer than what is shown; the raw message has all of it. */
  truncated: z.boolean(),
  attachments: z.array(MessageAttachment),
});
export type MessageContent = z.infer<typeof MessageContent>;
