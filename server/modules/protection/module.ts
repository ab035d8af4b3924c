import type { DeliveryId, OrganizationId } from '#contract/ids.ts';
import type { ConnectionProof, HostEvidence, Protection } from '#contract/protection.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database, Tx } from '#platform/database/database.ts';
import { proveValidation, type Resolver, type ValidationDoubt } from '#platform/dns/index.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import type { Logger } from '#platform/log/log.ts';
import type { StsPolicy } from '#protocols/mta-sts/index.ts';
import type { PeerTls } from '#protocols/smtp/index.ts';
import type { Route } from '#platform/http/route.ts';
import type { Audit, Doer } from '#modules/audit/index.ts';
import type { PolicyModule } from '#modules/policy/index.ts';
import type { RecipientChoice } from './choice.ts';
import { chooseForRecipients, type ChoosePorts, type ChooseRequest } from './choose-for-recipients.ts';
import { createDaneSwitch } from './dane-switch.ts';
import { createEvidenceBook } from './evidence-book.ts';
import { fetchStsPolicy } from './fetch-sts-policy.ts';
import { findMailHosts } from './find-mail-hosts.ts';
import { findRoute } from './find-route.ts';
import { createForgottenDomains } from './forgotten-domains.ts';
import { forgetOldEvidence } from './forget-old-evidence.ts';
import { gatherEvidence } from './gather-evidence.ts';
import type { ForwardDoubt } from '#modules/domains/index.ts';
import type { Keys } from './keys/keys.ts';
import { forwardDoubts } from './forward-doubts.ts';
import { journalDoubt } from './journal-doubt.ts';
import { createLimit } from './limit.ts';
import type { MailRoute, RouteHost } from './mail-route.ts';
import { ownServerRoute } from './own-server-route.ts';
import { probeHost } from './probe-host.ts';
import type { NewReceipts, Receipt } from './receipt.ts';
import { readReceipts, saveReceipts } from './receipts.ts';
import { forgottenDomainRoutes } from './routes.ts';
import { createStsPolicies } from './sts-policies.ts';
import { createSessionCount } from './session-count.ts';
import { describeForbidden, describeSession, type SessionSeen, type TlsSession } from './tls-session.ts';
import { judgeConnection, type ConnectionVerdict } from './verify-connection.ts';

export interface ProtectionPorts {
  readonly database: Database;
  readonly keyring: Pick<Keyring, 'seal' | 'openText'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: Pick<Audit, 'record'>;
  readonly resolver: Resolver;
  readonly domains: ChoosePorts['domains'];
  readonly identity: ChoosePorts['identity'];
  readonly policy: Pick<PolicyModule, 'saveDecisions'>;
  readonly keys: Pick<Keys, 'keysOf'>;
}

export interface ProtectionOptions {
  /** Our name in EHLO. */
  readonly localName: string;
  /** The port of other people's mail servers. Default 25. */
  readonly outboundPort?: number;
  /** The port of MTA-STS policy hosts. Default 443; only the lab has another. */
  readonly policyPort?: number;
  /** A name that validation must refuse, and a signed one, by which the resolver is tested. Absent: DANE is off. */
  readonly dnssecProof?: { readonly bad: string; readonly good: string };
  /** The resolver is on this machine, so that its AD bit can be believed. Default false. */
  readonly resolverOnLoopback?: boolean;
  /** PEM of authorities trusted beside the public ones. Default none. */
  readonly trusted?: readonly string[];
  /** Longest time for all servers of a domain, milliseconds. Default 10 s. */
  readonly probeMs?: number;
  /** Domains asked at once. Default 32. */
  readonly domainsAtOnce?: number;
}

export interface ProtectionModule {
  /**
   * How content is kept from others on the way to each recipient, in their order. Domains not known are asked
   * now, side by side, for 10 s at most: hold no transaction. With known domains it takes no query.
   */
  choose(request: ChooseRequest): Promise<RecipientChoice[]>;
  /** Keeps choices as decision receipts, and the decision with them, in the transaction that makes the deliveries. */
  saveReceipts(tx: Tx, organizationId: OrganizationId, messages: readonly NewReceipts[]): Promise<void>;
  /** The latest receipt of a delivery. */
  receiptOf(tx: Tx, organizationId: OrganizationId, deliveryId: DeliveryId): Promise<Receipt | null>;
  /** The same for many at once; deliveries without a receipt are left out. */
  receiptsOf(
    tx: Tx,
    organizationId: OrganizationId,
    deliveryIds: readonly DeliveryId[],
  ): Promise<Map<DeliveryId, Receipt>>;
  /**
   * Whether the connection of a sending conversation keeps what was promised. `tls`: what was found after the
   * handshake, null without encryption. When it does not, the domain is asked anew for the next message.
   */
  verifyConnection(
    required: Protection,
    domain: string,
    host: string,
    tls: PeerTls | null,
  ): Promise<ConnectionVerdict>;
  /**
   * The least that a connection must prove for a letter, which may else go in the clear: what the domain's policy
   * in force demands, and for one that opens the portal also the best that the domain has shown in 30 days and the
   * organisation has not forgotten.
   */
  leastForLetter(organizationId: OrganizationId, domain: string, opensPortal: boolean): Promise<Protection>;
  /**
   * The same for what is encrypted to its recipient's key: TLS of any kind, and as the domain's policy in force
   * demands. Never in the clear: who writes to whom is patient data too.
   */
  leastForEncrypted(domain: string): Promise<Protection>;
  /** Why copies for an archive could not be sent to the address, as a sentence; null where they could. */
  journalDoubt(organizationId: OrganizationId, address: string): Promise<string | null>;
  /** Which of these addresses mail could not be forwarded to as their domains stand now. Hold no transaction. */
  forwardDoubts(organizationId: OrganizationId, addresses: readonly string[]): Promise<ForwardDoubt[]>;
  /**
   * Holds nothing more against a domain of what it showed before now, for this organisation alone; the domain is asked
   * anew. Throws ProtectionError 'invalid-domain'.
   */
  forget(organizationId: OrganizationId, domain: string, by: Doer): Promise<void>;
  /** Where mail for a domain goes now. */
  routeOf(domain: string): Promise<MailRoute>;
  /** Counts a session of a sending conversation for the reports of RFC 8460. Never rejects. */
  noteSession(seen: SessionSeen): Promise<void>;
  /** The same for one that was not begun, since `routeOf` says that every server is forbidden. Never rejects. */
  noteForbidden(about: Pick<SessionSeen, 'organizationId' | 'submitter' | 'domain'>): Promise<void>;
  /** The sessions counted since the last call, each with how often. What is taken is forgotten here. */
  takeSessions(): { readonly session: TlsSession; readonly times: number }[];
  /** What is at `https://mta-sts.<domain>/` now, past any cache; null when there is no policy that counts. */
  fetchPolicy(domain: string): Promise<StsPolicy | null>;
  /** Null when signed DNS can be used; else why not. The first call tests the resolver. */
  daneDoubt(): Promise<ValidationDoubt | null>;
  readonly routes: Route[];
  readonly loops: Loop[];
}

const asGoodAs = {
  authenticated: 'tls-verified',
  encrypted: 'tls-opportunistic',
  none: 'cleartext',
} as const satisfies Record<ConnectionProof, Protection>;

const sweepEveryMs = 6 * 60 * 60_000;

export function createProtectionModule(ports: ProtectionPorts, options: ProtectionOptions): ProtectionModule {
  const { database, clock, resolver, keyring } = ports;
  const {
    localName,
    outboundPort = 25,
    policyPort = 443,
    trusted = [],
    dnssecProof,
    resolverOnLoopback = false,
    probeMs = 10_000,
    domainsAtOnce = 32,
  } = options;
  const stsPolicies = createStsPolicies({
    database,
    clock,
    resolver,
    fetch: (domain) => fetchStsPolicy(domain, { resolver, trusted, port: policyPort }),
  });
  const dane = createDaneSwitch({
    clock,
    log: ports.log,
    prove: async () =>
      dnssecProof === undefined
        ? { validates: false, because: 'not-on-loopback' }
        : await proveValidation(resolver, dnssecProof, resolverOnLoopback),
  });
  const hostPorts = { resolver, dane, port: outboundPort };
  const sessions = createSessionCount();
  const limit = createLimit(domainsAtOnce);
  const probe = (host: RouteHost, signal: AbortSignal): Promise<HostEvidence> =>
    probeHost(host, { port: outboundPort, localName, trusted, signal });
  const evidence = createEvidenceBook({
    database,
    clock,
    gather: (domain) =>
      limit(() =>
        gatherEvidence(domain, { ...hostPorts, clock, stsPolicies, probe }, AbortSignal.timeout(probeMs)),
      ),
  });

  const forgotten = createForgottenDomains({
    database,
    clock,
    audit: ports.audit,
    async askAnew(domain) {
      await stsPolicies.askAnew(domain);
      await evidence.expire(domain);
    },
  });

  const ownServerOf = async (domain: string) => (await ports.domains.findByName(domain))?.destination ?? null;

  const choose: ProtectionModule['choose'] = (request) =>
    chooseForRecipients(
      { evidence, forgotten, domains: ports.domains, identity: ports.identity, keysOf: ports.keys.keysOf },
      request,
    );

  return {
    choose,
    journalDoubt: (organizationId, address) => journalDoubt(choose, organizationId, address),
    forwardDoubts: (organizationId, addresses) => forwardDoubts(choose, organizationId, addresses),
    saveReceipts: (tx, organizationId, messages) => saveReceipts(tx, ports, organizationId, messages),
    async receiptOf(tx, organizationId, deliveryId) {
      return (await readReceipts(tx, { keyring }, organizationId, [deliveryId])).get(deliveryId) ?? null;
    },
    receiptsOf: (tx, organizationId, deliveryIds) =>
      readReceipts(tx, { keyring }, organizationId, deliveryIds),
    async verifyConnection(required, domain, host, tls) {
      const own = await ownServerOf(domain);
      if (own?.host === host) return judgeConnection(required, { host }, tls, null); // policies of our domain name us
      const [found, known] = await Promise.all([
        findMailHosts(hostPorts, domain),
        stsPolicies.policyOf(domain),
      ]);
      const server = found.kind === 'hosts' ? found.hosts.find((each) => each.host === host) : undefined;
      const verdict = judgeConnection(required, server ?? { host }, tls, known);
      if (!verdict.ok) await evidence.expire(domain);
      return verdict;
    },
    async leastForLetter(organizationId, domain, opensPortal) {
      if ((await stsPolicies.policyOf(domain))?.policy.mode === 'enforce') return 'tls-verified';
      const found = await findMailHosts(hostPorts, domain);
      // RFC 7672 §2.2: whoever publishes TLSA records is never written to in the clear; a mismatch is refused at any level.
      if (found.kind === 'hosts' && found.hosts.some((host) => host.dane !== undefined))
        return 'tls-opportunistic';
      const best = opensPortal ? await evidence.bestOf(domain) : null;
      if (best === null) return 'cleartext';
      const forgottenAt = (await forgotten.of(organizationId)).get(domain);
      return forgottenAt === undefined || best.at > forgottenAt ? asGoodAs[best.connection] : 'cleartext';
    },
    leastForEncrypted: async (domain) =>
      (await stsPolicies.policyOf(domain))?.policy.mode === 'enforce' ? 'tls-verified' : 'tls-opportunistic',
    forget: async (organizationId, domain, by) => void (await forgotten.forget(organizationId, domain, by)),
    async routeOf(domain) {
      const destination = await ownServerOf(domain);
      return destination === null
        ? findRoute(domain, { ...hostPorts, stsPolicies })
        : ownServerRoute(resolver, destination);
    },
    async noteSession(seen) {
      if ((await ownServerOf(seen.domain).catch(() => null)) !== null) return; // the organisation's own server
      const [found, known] = await Promise.all([
        findMailHosts(hostPorts, seen.domain),
        stsPolicies.policyOf(seen.domain),
      ]).catch(() => [{ kind: 'dns-failed' } as const, null] as const);
      const server = found.kind === 'hosts' ? found.hosts.find(({ host }) => host === seen.host) : undefined;
      const stsProblem = stsPolicies.problemOf(seen.domain);
      const session = describeSession(seen, { server, known, stsProblem });
      if (session !== null) sessions.add(session);
    },
    async noteForbidden(about) {
      const [found, known] = await Promise.all([
        findMailHosts(hostPorts, about.domain),
        stsPolicies.policyOf(about.domain),
      ]).catch(() => [{ kind: 'dns-failed' } as const, null] as const);
      const session = found.kind === 'hosts' ? describeForbidden(about, found.hosts, known) : null;
      if (session !== null) sessions.add(session);
    },
    takeSessions: () => sessions.take(),
    async fetchPolicy(domain) {
      const fetched = await fetchStsPolicy(domain, { resolver, trusted, port: policyPort });
      return fetched.ok ? fetched.policy : null;
    },
    daneDoubt: () => dane.doubt(),
    routes: forgottenDomainRoutes(forgotten),
    loops: [
      createLoop({
        name: 'protection.forget',
        everyMs: sweepEveryMs,
        runOnce: () => forgetOldEvidence(database, clock.now()),
        log: ports.log,
      }),
    ],
  };
}
