import * as z from 'zod';
import type { MessageCategory } from './messages.ts';

/**
 * Everything a person or a key can be allowed to do, with what it means.
 * Denied unless granted: a permission missing from a role is a refusal, and each refusal is audited.
 */
export const permissionMeanings = {
  'message.read': "read one's own mailbox",
  'message.file': "move, mark and remove what is in one's own mailbox, and write drafts in it",
  'message.read.shared': 'read the mailboxes shared by a team',
  'message.send.internal': 'send to colleagues on this server',
  'message.send.external': 'send to people outside the organisation',
  'message.revoke': 'take back, remind of and extend what one has sent',
  'message.release': 'release or refuse a held message',
  'delivery.read': 'see the journey and the decision receipt of what one has sent',
  'contact.read': 'see people outside: names, addresses, numbers',
  'contact.manage': 'create and change people outside',
  'key.own': "make, bring and retire the keys of one's own addresses",
  'key.manage': 'add, trust and forget keys and certificates of people outside',
  'apikey.manage': "create and revoke one's own API keys",
  'policy.edit': 'change the rules that messages are weighed by',
  'domain.manage': 'add domains of the organisation and prove them',
  'queue.manage': 'see what waits to be sent and why; let it rest, go on, or be tried now',
  'quarantine.manage': 'see which received mail was held back, release or delete it',
  'user.manage': 'create, change and disable users; end their sessions and keys',
  'organization.manage': 'change the settings of the organisation',
  'audit.read': 'read the audit log',
  'audit.export': 'take the audit log out, with its proof',
} as const;

/** One right. The closed set of {@link permissionMeanings}. */
export type Permission = keyof typeof permissionMeanings;

/** All permissions, in the order in which people are shown them. */
export const permissions = Object.keys(permissionMeanings) as [Permission, ...Permission[]];

export const Permission = z.enum(permissions);

/** The roles of the first slice. Every user has exactly one. */
export const roles = [
  'administrator', // runs the organisation; sees no clinical mail and no contacts (minimum necessary, 45 CFR 164.502(b))
  'clinician', // treats: clinical mail, results, the people treated
  'front-desk', // appointments, statements, the people who call
] as const;

export type Role = (typeof roles)[number];

export const Role = z.enum(roles);

const everyone = [
  'message.read',
  'message.file',
  'message.send.internal',
  'message.send.external',
  'message.revoke',
  'delivery.read',
  'key.own',
  'apikey.manage',
] as const satisfies Permission[];

/** What each role may do. */
export const rolePermissions: Record<Role, ReadonlySet<Permission>> = {
  administrator: new Set([
    ...everyone,
    'message.release',
    'key.manage',
    'policy.edit',
    'domain.manage',
    'queue.manage',
    'quarantine.manage',
    'user.manage',
    'organization.manage',
    'audit.read',
    'audit.export',
  ]),
  clinician: new Set([...everyone, 'message.read.shared', 'contact.read', 'contact.manage']),
  'front-desk': new Set([...everyone, 'message.read.shared', 'contact.read', 'contact.manage']),
};

/**
 * What each role may send. Marketing is in no role: it needs an authorisation on record
 * (45 CFR 164.508(a)(3)), and nothing here can keep one yet.
 */
export const roleCategories: Record<Role, ReadonlySet<MessageCategory>> = {
  administrator: new Set(['administrative', 'internal']),
  clinician: new Set(['clinical', 'appointment', 'lab-result', 'administrative', 'internal']),
  'front-desk': new Set(['appointment', 'billing', 'administrative', 'internal']),
};
