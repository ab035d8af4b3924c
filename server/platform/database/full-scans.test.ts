import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import type {
  ApiKeyId,
  AppPasswordId,
  ContactId,
  DeliveryId,
  DomainId,
  MessageId,
  OfferId,
  OrganizationId,
  RecipientId,
  SessionId,
  ThreadId,
  UserId,
} from '#contract/ids.ts';
import { selectEntries } from '#modules/audit/entry-store.ts';
import { selectHeads, takePending } from '#modules/audit/tree-store.ts';
import * as contacts from '#modules/contacts/contact-store.ts';
import { attendWaiting } from '#modules/delivery/attend-store.ts';
import * as claims from '#modules/delivery/claim-store.ts';
import * as deliveries from '#modules/delivery/delivery-store.ts';
import * as destinations from '#modules/delivery/destination-store.ts';
import * as streams from '#modules/delivery/stream-store.ts';
import * as domains from '#modules/domains/domain-store.ts';
import * as forwardings from '#modules/domains/forwarding-store.ts';
import * as addresses from '#modules/identity/address-store.ts';
import * as apiKeys from '#modules/identity/api-key-store.ts';
import * as appPasswords from '#modules/identity/app-password-store.ts';
import * as sessions from '#modules/identity/session-store.ts';
import * as users from '#modules/identity/user-store.ts';
import type { FolderId } from '#modules/mailbox/account.ts';
import { countResults, indexOfMessage, selectPage } from '#modules/mailbox/email-query-store.ts';
import { selectEmails } from '#modules/mailbox/email-store.ts';
import * as changes from '#modules/mailbox/find-changes.ts';
import { selectSubmissions } from '#modules/mailbox/submission-store.ts';
import { selectThreads } from '#modules/mailbox/thread-store.ts';
import { selectByTokens } from '#modules/messages/digest-store.ts';
import { claimUnindexed } from '#modules/messages/index-store.ts';
import * as messages from '#modules/messages/message-store.ts';
import * as knownKeys from '#modules/protection/keys/known-key-store.ts';
import * as ownKeys from '#modules/protection/keys/own-key-store.ts';
import { claimRevocations } from '#modules/protection/keys/revocation-store.ts';
import { openAgain } from '#modules/protection/keys/closed-store.ts';
import * as waiting from '#modules/protection/keys/waiting-store.ts';
import { selectLocks, selectOverviews } from '#modules/pickup/offer-overview.ts';
import * as offers from '#modules/pickup/offer-store.ts';
import { selectReceipts } from '#modules/pickup/receipt-store.ts';
import { findSession as findPortalSession } from '#modules/portal/session-store.ts';
import { selectSessions } from '#modules/deliverability/session-store.ts';
import * as tlsReports from '#modules/deliverability/tls-report-store.ts';
import { selectHeld, selectHeldBefore, settleHeld } from '#modules/reception/quarantine-store.ts';
import * as submissions from '#modules/sending/submission-store.ts';
import { testDatabase } from '../../../test/support/database.ts';
import type { Tx } from './database.ts';

/*
 * What is asked for all the time must find its rows by an index, also when there are many organisations: row level
 * security adds a condition that no index serves. Each table holds 250 rows of 40 organisations.
 */

const db = await testDatabase();
const now = new Date('2026-11-24T12:00:00Z');
const digest = Buffer.alloc(16, 7);

/** The n-th thing of the k-th organisation; in the filling SQL: id(k, n). */
const idOf = <T>(k: number, n: number): T =>
  `00000000-0000-7000-8000-${k.toString(16).padStart(4, '0')}${n.toString(16).padStart(8, '0')}` as T;
const organizationId = idOf<OrganizationId>(7, 0);
const userId = idOf<UserId>(7, 3);
const account = { organizationId, userId };
const messageId = idOf<MessageId>(7, 3);
const claim = { owner: idOf<string>(0, 1), leaseSeconds: 30, now };
const query = (folderId?: FolderId) => ({
  account,
  sort: [{ property: 'receivedAt', isAscending: false, keyword: '' }] as const,
  collapseThreads: true,
  filter:
    folderId === undefined
      ? null
      : ({ operator: 'is', condition: { inMailbox: folderId, found: [] } } as const),
});
const folder = query(idOf<FolderId>(7, 3));
const span = { since: 1, until: 1_000, limit: 10 };

const inTenant: Record<string, (tx: Tx) => Promise<unknown>> = {
  'a user': (tx) => users.findUser(tx, userId),
  'users, page by page': (tx) => users.selectUsers(tx, userId, 20),
  'a password': (tx) => users.findPasswordHash(tx, organizationId, userId),
  'a new password': (tx) => users.updatePasswordHash(tx, userId, { passwordHash: 'x', replacing: 'y' }),
  'addresses of users': (tx) => addresses.selectAddresses(tx, [userId]),
  'a session': (tx) => sessions.findSession(tx, organizationId, idOf<SessionId>(7, 3)),
  'a session was seen': (tx) => sessions.updateLastSeen(tx, idOf<SessionId>(7, 3), now),
  'sessions of a user': (tx) => sessions.selectOpenSessions(tx, userId),
  'the end of sessions': (tx) => sessions.markEnded(tx, { userId }, 'revoked', now),
  'a key': (tx) => apiKeys.findApiKey(tx, organizationId, idOf<ApiKeyId>(7, 3)),
  'a key was used': (tx) => apiKeys.updateApiKeyLastUsed(tx, idOf<ApiKeyId>(7, 3), now),
  'keys of a user': (tx) => apiKeys.selectApiKeys(tx, userId, now),
  'app passwords of a user': (tx) => appPasswords.selectAppPasswords(tx, userId),
  'app passwords that work': (tx) => appPasswords.selectUsable(tx, [idOf<AppPasswordId>(7, 3)]),
  'a domain': (tx) => domains.findDomain(tx, idOf<DomainId>(7, 3)),
  'keys of some addresses': (tx) => knownKeys.selectKeysOf(tx, organizationId, [digest]),
  'keys, newest first': (tx) => knownKeys.selectKeys(tx, organizationId, { limit: 10 }),
  'the key that signs': (tx) =>
    ownKeys.findSigningKey(tx, organizationId, { kind: 'openpgp', addressIndex: digest, now }),
  'own keys': (tx) => ownKeys.selectOwnKeys(tx, organizationId, [userId]),
  'a published key': (tx) => ownKeys.selectWebKeys(tx, organizationId, digest),
  'certificates to ask about': (tx) => claimRevocations(tx, { now, leaseMs: 1, limit: 1 }),
  'messages that wait to be opened': (tx) => waiting.claimWaiting(tx, { now, leaseMs: 1, limit: 1 }),
  'closed messages of a user': (tx) => openAgain(tx, { organizationId, userId, kind: 'smime', now }),
  'a contact': (tx) => contacts.findContact(tx, idOf<ContactId>(7, 3)),
  'contacts by address': (tx) => contacts.selectByAddress(tx, digest, 10),
  'contacts, newest first': (tx) => contacts.selectContacts(tx, undefined, 10),
  'a message': (tx) => messages.findMessage(tx, messageId),
  'summaries of messages': (tx) => messages.selectSummaries(tx, [messageId]),
  'a thread': (tx) => messages.selectThread(tx, idOf<ThreadId>(7, 3)),
  'messages by words': (tx) => selectByTokens(tx, [5n, 6n], undefined, 10),
  'recipients of a message': (tx) => deliveries.selectDeliveries(tx, organizationId, messageId),
  'what is held back': (tx) => selectHeld(tx, db.keyring, organizationId, idOf<MessageId>(7, 9999), 10),
  'the end of what was held back': (tx) =>
    settleHeld(tx, db.keyring, { organizationId, messageId: idOf<MessageId>(7, 9999) }, 'deleted', now),
  'steps of a delivery': (tx) => deliveries.selectSteps(tx, organizationId, [idOf<DeliveryId>(7, 3)]),
  'what a user sent': (tx) =>
    submissions.selectSent(tx, organizationId, userId, { before: undefined, limit: 10 }),
  'offers of a message': (tx) => offers.selectOffersOfMessage(tx, organizationId, messageId),
  'offers of a recipient': (tx) =>
    offers.selectOffersOfRecipient(tx, organizationId, idOf<RecipientId>(7, 3), { limit: 10 }),
  'overviews of offers': (tx) => selectOverviews(tx, organizationId, [messageId], now),
  'locks of recipients': (tx) => selectLocks(tx, organizationId, [idOf<RecipientId>(7, 3)], now),
  'facts of messages': (tx) => messages.selectFacts(tx, [messageId]),
  'receipts of an offer': (tx) => selectReceipts(tx, organizationId, [idOf<OfferId>(7, 3)]),
  'a visit': (tx) => findPortalSession(tx, organizationId, digest),
  'a page of the audit log': (tx) => selectEntries(tx, organizationId, { from: 10, to: 20 }),
  'a page of a folder': (tx) => selectPage(tx, folder, 0, 10),
  'a page of all mail': (tx) => selectPage(tx, query(), 0, 10),
  'how many in a folder': (tx) => countResults(tx, folder),
  'where in a folder': (tx) => indexOfMessage(tx, folder, messageId),
  'some emails': (tx) => selectEmails(tx, account, [messageId]),
  'emails of threads': (tx) => selectThreads(tx, account, [idOf<ThreadId>(7, 3)]),
  'changes of emails': (tx) => changes.selectEmailChanges(tx, account, span),
  'changes of folders': (tx) => changes.selectFolderChanges(tx, account, span),
  'changes of threads': (tx) => changes.selectThreadChanges(tx, account, span),
  'changes of what was sent': (tx) => changes.selectSubmissionChanges(tx, account, span),
  'TLS reports, newest first': (tx) => tlsReports.selectReports(tx, organizationId, undefined, 10),
  'how many TLS reports came': (tx) => tlsReports.countReportsSince(tx, organizationId, now, 10),
  'the sessions of a report': (tx) =>
    selectSessions(tx, { organizationId, day: '2026-01-01', submitter: 'us.test', domain: 'd3.test' }),
  'where an address forwards to': (tx) =>
    forwardings.findForwardingAt(tx, db.keyring, organizationId, digest),
  'what was sent from drafts': (tx) => selectSubmissions(tx, account, null, 10),
};

const acrossTenants: Record<string, (tx: Tx) => Promise<unknown>> = {
  'who has an address': (tx) => addresses.findOwners(tx, [digest]),
  'who signs in by SMTP': (tx) => appPasswords.findSmtpCandidate(tx, digest, digest),
  'whose a domain is': (tx) => domains.findProven(tx, 'domain-7-3.test'),
  'whether a domain forwards': (tx) => domains.findServed(tx, 'domain-7-3.test'),
  'what is due for delivery': (tx) =>
    streams.walkStreams(tx, [streams.startOf(2), streams.startOf(4)], { now, steps: 20 }),
  'what becomes due': (tx) => streams.wakeDue(tx, now, 20),
  'what was granted': (tx) =>
    claims.claimGranted(tx, claim, [
      { stream: { priority: 2, organizationId, destination: 'd7', domainIndex: Buffer.alloc(0) }, most: 4 },
    ]),
  'what goes by itself': (tx) => claims.claimSingledOut(tx, claim, { limit: 20, urgedOnly: false }),
  'what has waited long': (tx) => attendWaiting(tx, now, 20),
  'the way to a domain': (tx) =>
    destinations.saveRoute(
      tx,
      { organizationId, domainIndex: digest, destination: 'd7', serverSealed: digest },
      [2, 4],
    ),
  'destinations that nobody writes to': (tx) => destinations.forgetDestinations(tx, now),
  'what was left behind': (tx) => claims.selectAbandoned(tx, 20),
  'what is due for dispatch': (tx) =>
    submissions.claimSubmissions(tx, { limit: 20, leaseSeconds: 30, now, latest: now }),
  'what was held back long enough': (tx) => selectHeldBefore(tx, now, 20),
  'what the audit log has not taken': (tx) => takePending(tx, 20),
  'heads of audit logs': (tx) => selectHeads(tx, [organizationId]),
  'what is not indexed': (tx) => claimUnindexed(tx, now, 20, 1_000),
  'offers that have run out': (tx) => offers.selectExpired(tx, now, 20),
};

/** Holds a row for an organisation whose mail rests: hardly ever one. */
const tiny = new Set(['delivery.pause']);

/** Tables read from end to end by `work`. */
async function scanned(tx: Tx, work: (tx: Tx) => Promise<unknown>): Promise<string[]> {
  const counts = async () => {
    const { rows } = await sql<{ name: string; scans: number }>`
      SELECT schemaname || '.' || relname AS name, seq_scan AS scans FROM pg_stat_xact_user_tables`.execute(
      tx,
    );
    return new Map(rows.map(({ name, scans }) => [name, scans]));
  };
  const earlier = await counts();
  await work(tx);
  return [...(await counts())]
    .filter(([name, scans]) => scans > (earlier.get(name) ?? 0) && !tiny.has(name))
    .map(([name]) => name);
}

suite('with many organisations', () => {
  before(async () => {
    const owner = new pg.Client(db.connection);
    await owner.connect();
    await owner.query(filling);
    await owner.end();
  });
  for (const [name, work] of Object.entries(inTenant)) {
    test(`${name}: found by an index`, async () => {
      assert.deepEqual(await db.database.inTenant(organizationId, (tx) => scanned(tx, work)), []);
    });
  }
  for (const [name, work] of Object.entries(acrossTenants)) {
    test(`${name}, across organisations: found by an index`, async () => {
      assert.deepEqual(await db.database.acrossTenants((tx) => scanned(tx, work)), []);
    });
  }
});

/** `rows` are (k, n); columns not named have a default or may be empty. Foreign keys and triggers rest meanwhile. */
const filling = `
  SET session_replication_role = replica;
  CREATE TEMPORARY VIEW rows AS SELECT k, n FROM generate_series(1, 40) AS k, generate_series(1, 250) AS n;
  CREATE FUNCTION pg_temp.id(k integer, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(k), 4, '0') || lpad(to_hex(n), 8, '0'))::uuid $$;
  CREATE FUNCTION pg_temp.bytes(k integer, n integer) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT substr(sha256((k || '-' || n)::bytea), 1, 16) $$;
  INSERT INTO identity.user SELECT pg_temp.id(k, 0), pg_temp.id(k, n), '', 'clinician', 'active', 'hash', now(), now() FROM rows;
  INSERT INTO identity.address SELECT pg_temp.id(k, 0), pg_temp.id(k, n), pg_temp.bytes(k, n), '', true FROM rows;
  INSERT INTO identity.session SELECT pg_temp.id(k, 0), pg_temp.id(k, n), pg_temp.id(k, n), '', '', now(), now() FROM rows;
  INSERT INTO identity.api_key SELECT pg_temp.id(k, 0), pg_temp.id(k, n), pg_temp.id(k, n), '', '', '', '{}', now(), now() FROM rows;
  INSERT INTO identity.app_password SELECT pg_temp.id(k, 0), pg_temp.id(k, n), pg_temp.id(k, n), '', pg_temp.bytes(k, n), now() FROM rows;
  INSERT INTO domains.domain SELECT pg_temp.id(k, 0), pg_temp.id(k, n), 'domain-' || k || '-' || n || '.test', 'proven', '', true, true, now() FROM rows;
  INSERT INTO domains.forwarding SELECT pg_temp.id(k, 0), pg_temp.id(k, n), pg_temp.id(k, n), pg_temp.bytes(k, n), '', false, now() FROM rows;
  INSERT INTO contacts.contact (organization_id, contact_id, kind, name, address, address_index, created_at)
    SELECT pg_temp.id(k, 0), pg_temp.id(k, n), 'patient', '', '', pg_temp.bytes(k, n), now() FROM rows;
  INSERT INTO protection.known_key SELECT pg_temp.id(k, 0), pg_temp.id(k, n), 'openpgp', pg_temp.bytes(k, n), '', '', '', 'upload', 'trusted', true, false, NULL, now(), now(), NULL FROM rows;
  INSERT INTO protection.own_key (organization_id, key_id, kind, user_id, address_index, fingerprint_index, web_key_index, about, material, secret, created_at)
    SELECT pg_temp.id(k, 0), pg_temp.id(k, n), 'openpgp', pg_temp.id(k, n), pg_temp.bytes(k, n), '', pg_temp.bytes(k, n), '', '', '', now() FROM rows;
  INSERT INTO protection.closed_message SELECT pg_temp.id(k, 0), pg_temp.id(k, n), pg_temp.id(k, n), 'smime', '{}', '{}', now() FROM rows;
  INSERT INTO protection.waiting_message SELECT pg_temp.id(k, 0), pg_temp.id(k, n), '{}', '{}', now(), 0, now() + n * interval '1 day' FROM rows;
  INSERT INTO messages.message (organization_id, message_id, thread_id, content_id, direction, category, size_bytes, in_blob, stored_at, wrapped_key, summary, content)
    SELECT pg_temp.id(k, 0), pg_temp.id(k, n), pg_temp.id(k, n), pg_temp.id(k, n), 'inbound', 'clinical', 1, false, now(), '', '', '' FROM rows;
  INSERT INTO messages.digest SELECT pg_temp.id(k, 0), pg_temp.id(k, n), '', false, true FROM rows;
  INSERT INTO messages.search_token SELECT pg_temp.id(k, 0), n, pg_temp.id(k, n) FROM rows;
  INSERT INTO messages.unindexed SELECT pg_temp.id(k, 0), pg_temp.id(k, n), '2026-01-01' FROM rows;
  INSERT INTO reception.quarantined (organization_id, message_id, reason, facts_sealed, size_bytes, quarantined_at, state)
    SELECT pg_temp.id(k, 0), pg_temp.id(k, n), 'virus', '', 1, timestamptz '2026-11-24 13:00Z', 'held' FROM rows;
  INSERT INTO delivery.delivery (organization_id, delivery_id, message_id, purpose, sender_id, recipient_kind, recipient_sealed, recipient_index,
      domain_index, return_path_sealed, size_bytes, lane, priority, position, promised, protection, offer_days, state, state_since, reason,
      created_at, give_up_at, next_attempt_at, lease_owner, lease_until, destination, ready, urged, attend_at)
    SELECT pg_temp.id(k, 0), pg_temp.id(k, n), pg_temp.id(k, n), 'message', pg_temp.id(k, n), 'to', '', '', '', '', 1, 'care', 2, 1, 'portal',
      'portal', 1, CASE WHEN n = 1 THEN 'attempting' WHEN n < 20 THEN 'queued' ELSE 'delivered' END, now(), '', now(), now(),
      CASE WHEN n BETWEEN 2 AND 19 THEN '2026-01-01'::timestamptz END, CASE WHEN n = 1 THEN pg_temp.id(k, n) END,
      CASE WHEN n = 1 THEN '2026-01-01'::timestamptz END, 'd' || k, n BETWEEN 2 AND 9, n = 19,
      CASE WHEN n = 18 THEN '2026-01-01'::timestamptz END FROM rows;
  INSERT INTO delivery.destination SELECT 'd' || k || '-' || n, 3, 20, 0, NULL, NULL, NULL, now() FROM rows;
  INSERT INTO delivery.route SELECT pg_temp.id(k, 0), pg_temp.bytes(k, n), 'd' || k, '' FROM rows;
  INSERT INTO delivery.attempt (organization_id, delivery_id, number, started_at, phase)
    SELECT pg_temp.id(k, 0), pg_temp.id(k, n), 1000, now(), 'claimed' FROM rows;
  INSERT INTO delivery.transition SELECT pg_temp.id(k, 0), pg_temp.id(k, n), pg_temp.id(k, n), 'queued', '', now() FROM rows;
  INSERT INTO sending.submission (organization_id, message_id, sender_id, channel, category, recipient_count, envelope_sealed, state, accepted_at, next_try_at)
    SELECT pg_temp.id(k, 0), pg_temp.id(k, n), pg_temp.id(k, n), 'api', 'clinical', 1, '', CASE WHEN n < 20 THEN 'accepted' ELSE 'dispatched' END, '2026-01-01', '2026-01-01' FROM rows;
  INSERT INTO pickup.verification (organization_id, recipient_id, expires_at, wrong_answers, locked_until, sent_at, sent_in_window, window_started_at)
    SELECT pg_temp.id(k, 0), pg_temp.id(k, n), now(), 0, '2027-01-01', now(), 1, now() FROM rows;
  INSERT INTO pickup.offer (organization_id, offer_id, message_id, delivery_id, recipient_id, sender_id, reason, offered_at, expires_at)
    SELECT pg_temp.id(k, 0), pg_temp.id(k, n), pg_temp.id(k, n), pg_temp.id(k, n), pg_temp.id(k, n), pg_temp.id(k, n), '', now(), '2026-01-01' FROM rows;
  INSERT INTO pickup.receipt SELECT pg_temp.id(k, 0), pg_temp.id(k, n), pg_temp.id(k, n), 'opened', now() FROM rows;
  INSERT INTO portal.session SELECT pg_temp.id(k, 0), pg_temp.id(k, n), pg_temp.bytes(k, n), pg_temp.id(k, n), now(), now(), now() FROM rows;
  INSERT INTO audit.event SELECT pg_temp.id(k, 0), pg_temp.id(k, n), now(), 'x', '', '' FROM rows;
  INSERT INTO audit.pending (organization_id, event_id, leaf_hash) SELECT pg_temp.id(k, 0), pg_temp.id(k, n), '' FROM rows;
  INSERT INTO audit.entry SELECT pg_temp.id(k, 0), n, pg_temp.id(k, n), '' FROM rows;
  INSERT INTO audit.checkpoint SELECT pg_temp.id(k, 0), n, now(), '', '' FROM rows;
  INSERT INTO mailbox.folder (organization_id, user_id, folder_id, sort_order, is_subscribed, created_modseq, updated_modseq, counted_modseq)
    SELECT pg_temp.id(k, 0), pg_temp.id(k, n), pg_temp.id(k, n), 1, true, n, n, n FROM rows;
  INSERT INTO mailbox.email (organization_id, user_id, message_id, thread_id, received_at, size_bytes, keywords, created_modseq, updated_modseq)
    SELECT pg_temp.id(k, 0), pg_temp.id(k, n % 5), pg_temp.id(k, n), pg_temp.id(k, n), now(), 1, '{}', n, n FROM rows;
  INSERT INTO mailbox.email_folder SELECT pg_temp.id(k, 0), pg_temp.id(k, n % 5), pg_temp.id(k, n), pg_temp.id(k, 3), now() FROM rows;
  INSERT INTO mailbox.thread SELECT pg_temp.id(k, 0), pg_temp.id(k, n % 5), pg_temp.id(k, n), n, n FROM rows;
  INSERT INTO mailbox.submission (organization_id, user_id, message_id, identity_id, envelope_sealed, thread_id, sent_at, created_modseq, updated_modseq)
    SELECT pg_temp.id(k, 0), pg_temp.id(k, n % 5), pg_temp.id(k, n), '', '', pg_temp.id(k, n), now(), n, n FROM rows;
  INSERT INTO deliverability.tls_report
    SELECT pg_temp.id(k, 0), pg_temp.id(k, n), 'us.test', pg_temp.bytes(k, n), '', now(), now(), 1, 0, '[]', 'mail', timestamptz '2026-01-01' + n * interval '1 minute' FROM rows;
  INSERT INTO deliverability.tls_session
    SELECT pg_temp.id(k, 0), '2026-01-01', 'us.test', 'd' || n || '.test', pg_temp.bytes(k, n), 'sts', '{}', '{}', NULL, '', '', 1 FROM rows;
  RESET session_replication_role;
  ANALYZE`;
