import * as z from 'zod';
import { cursorPage, endpoint, PageQuery } from './endpoint.ts';
import { MessageCategory } from './messages.ts';
import { Permission, Role } from './permissions.ts';
import { plainText } from './plain-text.ts';

/** active: may sign in and receives mail. disabled: neither; nothing of theirs is lost. */
export const UserState = z.enum(['active', 'disabled']);
export type UserState = z.output<typeof UserState>;

const Address = z.string().trim().min(3).max(254);
/** Any text: the rules of new passwords are checked by the server, with the reason. */
const Password = z.string().min(1).max(256);
const SecretName = plainText(80);
const Instant = z.iso.datetime();

// ── The session ────────────────────────────────────────────────────────────────────────────────

export const SessionView = z.object({
  user: z.object({ userId: z.uuid(), displayName: z.string(), email: z.string(), role: Role }),
  organization: z.object({ organizationId: z.uuid(), name: z.string(), slug: z.string() }),
  permissions: z.array(Permission),
  /** The categories that this user may send. */
  categories: z.array(MessageCategory),
  /** Null for an API key. */
  session: z
    .object({
      sessionId: z.uuid(),
      idleLimitSeconds: z.int(),
      /** Seconds until the session ends unless something is done. */
      idleRemainingSeconds: z.int(),
      /** When it ends whatever is done. */
      endsAt: Instant,
    })
    .nullable(),
});
export type SessionView = z.output<typeof SessionView>;

export const signIn = endpoint('POST /api/v1/session', {
  summary: 'Sign in',
  description:
    'Sets the session cookie. An unknown address and a wrong password get the same answer after the same time. ' +
    'Too many tries are slowed: 429 with Retry-After; nothing is locked for good and nothing is lost.',
  tag: 'Session',
  body: z.strictObject({ email: Address, password: Password }),
  ok: SessionView,
  errors: ['invalid-credentials', 'too-many-requests', 'sign-in-busy'],
  permission: 'public',
});

export const getSession = endpoint('GET /api/v1/session', {
  summary: 'Who is signed in, what they may do, and how long the session lasts',
  description: 'With peek=true the call does not count as activity.',
  tag: 'Session',
  query: z.object({ peek: z.stringbool().default(false) }),
  ok: SessionView,
  errors: [],
  permission: 'signed-in',
});

export const touchSession = endpoint('POST /api/v1/session/touch', {
  summary: 'I am still here: starts the idle limit anew',
  tag: 'Session',
  ok: SessionView,
  errors: ['session-required'],
  permission: 'signed-in',
});

export const signOut = endpoint('DELETE /api/v1/session', {
  summary: 'Sign out',
  tag: 'Session',
  ok: 'empty',
  errors: ['session-required'],
  permission: 'signed-in',
});

export const SessionItem = z.object({
  sessionId: z.uuid(),
  current: z.boolean(),
  startedAt: Instant,
  lastSeenAt: Instant,
  endsAt: Instant,
  ip: z.string(),
  userAgent: z.string(),
});

export const listSessions = endpoint('GET /api/v1/sessions', {
  summary: "One's own sessions that are alive",
  tag: 'Session',
  ok: z.object({ items: z.array(SessionItem) }),
  errors: ['session-required'],
  permission: 'signed-in',
});

export const endSession = endpoint('DELETE /api/v1/sessions/:sessionId', {
  summary: "End one of one's own sessions",
  tag: 'Session',
  params: z.object({ sessionId: z.uuid() }),
  ok: 'empty',
  errors: ['not-found', 'session-required'],
  permission: 'signed-in',
});

export const signOutEverywhere = endpoint('DELETE /api/v1/sessions', {
  summary: "End all of one's own sessions, this one too",
  tag: 'Session',
  ok: 'empty',
  errors: ['session-required'],
  permission: 'signed-in',
});

// ── Users ──────────────────────────────────────────────────────────────────────────────────────

export const UserView = z.object({
  userId: z.uuid(),
  displayName: z.string(),
  email: z.string(),
  aliases: z.array(z.string()),
  role: Role,
  state: UserState,
  createdAt: Instant,
});
export type UserView = z.output<typeof UserView>;

const UserParams = z.object({ userId: z.uuid() });

export const listUsers = endpoint('GET /api/v1/users', {
  summary: 'The users of the organisation',
  tag: 'Users',
  query: PageQuery,
  ok: cursorPage(UserView),
  errors: [],
  permission: 'user.manage',
});

export const getUser = endpoint('GET /api/v1/users/:userId', {
  summary: 'One user',
  tag: 'Users',
  params: UserParams,
  ok: UserView,
  errors: ['not-found'],
  permission: 'user.manage',
});

export const createUser = endpoint('POST /api/v1/users', {
  summary: 'Add a user',
  description:
    'The address must be in a domain of the organisation. Without a password one is made and shown once.',
  tag: 'Users',
  body: z.strictObject({
    displayName: plainText(120),
    email: Address,
    aliases: z.array(Address).max(20).default([]),
    role: Role,
    password: Password.optional(),
  }),
  ok: UserView.extend({ initialPassword: z.string().nullable() }),
  status: 201,
  errors: ['invalid-address', 'address-taken', 'weak-password', 'sign-in-busy'],
  permission: 'user.manage',
  idempotent: true,
});

export const changeUser = endpoint('PATCH /api/v1/users/:userId', {
  summary: 'Change, disable or enable a user',
  description: 'Disabling or another role ends sessions, API keys and app passwords at once.',
  tag: 'Users',
  params: UserParams,
  body: z.strictObject({
    displayName: plainText(120).optional(),
    role: Role.optional(),
    state: UserState.optional(),
    aliases: z.array(Address).max(20).optional(),
  }),
  ok: UserView,
  errors: ['not-found', 'invalid-address', 'address-taken', 'last-administrator'],
  permission: 'user.manage',
});

export const resetPassword = endpoint('POST /api/v1/users/:userId/password', {
  summary: 'Give a user a new password, shown once',
  description: 'Ends the sessions of the user.',
  tag: 'Users',
  params: UserParams,
  ok: z.object({ password: z.string() }),
  errors: ['not-found', 'sign-in-busy'],
  permission: 'user.manage',
});

export const changePassword = endpoint('PUT /api/v1/users/me/password', {
  summary: "Change one's own password",
  description: 'Ends all other sessions.',
  tag: 'Users',
  body: z.strictObject({ currentPassword: Password, newPassword: Password }),
  ok: 'empty',
  errors: ['invalid-credentials', 'weak-password', 'session-required', 'too-many-requests', 'sign-in-busy'],
  permission: 'signed-in',
});

// ── API keys ───────────────────────────────────────────────────────────────────────────────────

export const ApiKeyView = z.object({
  apiKeyId: z.uuid(),
  name: z.string(),
  /** The beginning of the key, to tell keys apart. */
  prefix: z.string(),
  scopes: z.array(Permission),
  createdAt: Instant,
  expiresAt: Instant,
  lastUsedAt: Instant.nullable(),
});
export type ApiKeyView = z.output<typeof ApiKeyView>;

export const listApiKeys = endpoint('GET /api/v1/api-keys', {
  summary: "One's own API keys that still work",
  tag: 'API keys',
  ok: z.object({ items: z.array(ApiKeyView) }),
  errors: ['session-required'],
  permission: 'apikey.manage',
});

export const createApiKey = endpoint('POST /api/v1/api-keys', {
  summary: 'Create an API key',
  description:
    "The key is shown once. Its scopes are at most its owner's permissions; it expires within a year.",
  tag: 'API keys',
  body: z.strictObject({
    name: SecretName,
    scopes: z.array(Permission).min(1),
    expiresInDays: z.int().min(1).max(365),
  }),
  ok: ApiKeyView.extend({ key: z.string() }),
  status: 201,
  errors: ['scope-not-held', 'session-required'],
  permission: 'apikey.manage',
  idempotent: true,
});

export const revokeApiKey = endpoint('DELETE /api/v1/api-keys/:apiKeyId', {
  summary: 'Revoke an API key, at once',
  tag: 'API keys',
  params: z.object({ apiKeyId: z.uuid() }),
  ok: 'empty',
  errors: ['not-found', 'session-required'],
  permission: 'apikey.manage',
});

// ── App passwords ──────────────────────────────────────────────────────────────────────────────

export const AppPasswordView = z.object({
  appPasswordId: z.uuid(),
  name: z.string(),
  createdAt: Instant,
  lastUsedAt: Instant.nullable(),
});
export type AppPasswordView = z.output<typeof AppPasswordView>;

export const listAppPasswords = endpoint('GET /api/v1/app-passwords', {
  summary: "One's own app passwords, for mail programs",
  tag: 'App passwords',
  ok: z.object({ items: z.array(AppPasswordView) }),
  errors: ['session-required'],
  permission: 'signed-in',
});

export const createAppPassword = endpoint('POST /api/v1/app-passwords', {
  summary: 'Create an app password for a mail program',
  description: 'Shown once. It works for SMTP submission only, with any address of the user as the name.',
  tag: 'App passwords',
  body: z.strictObject({ name: SecretName }),
  ok: AppPasswordView.extend({ password: z.string() }),
  status: 201,
  errors: ['session-required'],
  permission: 'signed-in',
  idempotent: true,
});

export const revokeAppPassword = endpoint('DELETE /api/v1/app-passwords/:appPasswordId', {
  summary: 'Revoke an app password, at once',
  tag: 'App passwords',
  params: z.object({ appPasswordId: z.uuid() }),
  ok: 'empty',
  errors: ['not-found', 'session-required'],
  permission: 'signed-in',
});
