import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { plainLines, plainText } from './plain-text.ts';

const mebibyte = 1024 * 1024;

/** In lower case, A-labels (RFC 5890). */
const DomainName = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^(?:[a-z0-9_-]{1,63}\.)+[a-z0-9-]{1,63}$/, 'must be a domain name, example.org');

/**
 * What an organisation may decide for itself. Every default is the careful choice; a key that was
 * stored by an older version, or not at all, reads as its default.
 */
export const OrganizationSettings = z.object({
  /** What recipients see as the sender of notices and the name of the portal. */
  portalName: plainText(80),
  /** The weakest connection that content may take. Below it, the portal. */
  tlsFloor: z.enum(['tls-verified', 'tls-opportunistic']).default('tls-verified'),
  /** Whether notices, which hold no patient data, also wait for a connection at the floor. */
  noticeRequiresTls: z.boolean().default(false),
  /** Days that a message waits in the portal. */
  offerDays: z.int().min(1).max(365).default(90),
  /** Largest message accepted, bytes on the wire. */
  messageSizeLimit: z
    .int()
    .min(mebibyte)
    .max(100 * mebibyte)
    .default(25 * mebibyte),
  /** Minutes without activity after which a session ends: 45 CFR 164.312(a)(2)(iii). */
  idleMinutes: z.int().min(1).max(60).default(15),
  /** Hours after which a session ends, active or not. */
  absoluteHours: z.int().min(1).max(24).default(12),
  /** What becomes of received mail that the virus scanner knows: refused in the conversation, or held for a person. */
  infectedMail: z.enum(['refuse', 'quarantine']).default('refuse'),
  /**
   * Domains of forwarders and mailing lists whose word is taken for it that an author was proven when a message came
   * to them (ARC), where forwarding broke the proof.
   */
  trustedSealers: z.array(DomainName).max(50).default([]),
  /** Days that held mail waits for a decision before it is destroyed. */
  quarantineDays: z.int().min(1).max(90).default(30),
  /** Text under every message that its people send, in text and HTML alike; empty: none. */
  footer: plainLines(2_000).default(''),
  /** Where a copy of every message in and out goes, over verified TLS; empty: none. */
  journalAddress: z
    .string()
    .trim()
    .max(320)
    .regex(/^(?:[^\s@<>"]+@[^\s@<>"]+)?$/, 'must be an email address, or empty')
    .default(''),
});
export type OrganizationSettings = z.output<typeof OrganizationSettings>;

/** The short name of an organisation, in links and commands: `lakeside-clinic`. */
export const Slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'must be 1 to 40 letters a-z, digits and hyphens');

export const OrganizationName = plainText(120);

export const OrganizationView = z.object({
  organizationId: z.uuid(),
  name: z.string(),
  slug: z.string(),
  settings: OrganizationSettings,
  /** Counts changes; give it back with a change to be told of a concurrent one. */
  revision: z.int(),
});

/** Each setting as given or absent: a default must not fill in what the caller did not name. */
const SettingsChange = z.strictObject({
  portalName: OrganizationSettings.shape.portalName.optional(),
  tlsFloor: OrganizationSettings.shape.tlsFloor.unwrap().optional(),
  noticeRequiresTls: OrganizationSettings.shape.noticeRequiresTls.unwrap().optional(),
  offerDays: OrganizationSettings.shape.offerDays.unwrap().optional(),
  messageSizeLimit: OrganizationSettings.shape.messageSizeLimit.unwrap().optional(),
  idleMinutes: OrganizationSettings.shape.idleMinutes.unwrap().optional(),
  absoluteHours: OrganizationSettings.shape.absoluteHours.unwrap().optional(),
  infectedMail: OrganizationSettings.shape.infectedMail.unwrap().optional(),
  trustedSealers: OrganizationSettings.shape.trustedSealers.unwrap().optional(),
  quarantineDays: OrganizationSettings.shape.quarantineDays.unwrap().optional(),
  footer: OrganizationSettings.shape.footer.unwrap().optional(),
  journalAddress: OrganizationSettings.shape.journalAddress.unwrap().optional(),
} satisfies Record<keyof OrganizationSettings, z.ZodType>);

export const OrganizationChange = z.strictObject({
  name: OrganizationName.optional(),
  settings: SettingsChange.optional(),
  /** The revision that the change was made from. Absent: whatever is there. */
  revision: z.int().optional(),
});
export type OrganizationChange = z.output<typeof OrganizationChange>;

export const getOrganization = endpoint('GET /api/v1/organization', {
  summary: 'The organisation and its settings',
  tag: 'Organisation',
  ok: OrganizationView,
  errors: [],
  permission: 'signed-in',
});

export const changeOrganization = endpoint('PATCH /api/v1/organization', {
  summary: 'Change the name or the settings of the organisation',
  tag: 'Organisation',
  body: OrganizationChange,
  ok: OrganizationView,
  errors: ['conflict', 'invalid-address'],
  permission: 'organization.manage',
});
