import type { OrganizationId } from '#contract/ids.ts';
import type { Accepted, SendCommand } from '#modules/sending/index.ts';
import type { Route } from '#platform/http/route.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import {
  createSmtpServer,
  type SmtpServerHandlers,
  type SmtpServerLimits,
  type SmtpServerOptions,
  type TlsCredentials,
} from '#protocols/smtp/index.ts';
import { messageRefused, type RefusedMessage } from './audit-trail.ts';
import type { SenderFindings } from './check-sender.ts';
import { createLaneCommit } from './lane-commit.ts';
import { holdInbound } from './hold-inbound.ts';
import { createLocalUsers } from './local-users.ts';
import { MxSession } from './mx-session.ts';
import { createOwnServers } from './own-server.ts';
import type { ReceptionPorts } from './ports.ts';
import type { QuarantineCause } from './quarantine.ts';
import { relayRoutes } from './relay-routes.ts';
import { createRelays } from './relays.ts';
import { createRoleHolders } from './role-addresses.ts';
import { quarantineRoutes } from './routes.ts';
import { expireHeld } from './settle-held.ts';
import { staysHere, storeInbound, storePassedOn, type InboundMessage } from './store-inbound.ts';
import { createSenderDns } from './sender-dns.ts';
import { SubmissionSession } from './submission-session.ts';
import { createUnknownRecipients } from './unknown-recipients.ts';

/** What a listener is for. */
export type ListenerKind =
  | 'mx' // mail of other servers for our users, port 25; STARTTLS offered
  | 'submission' // mail of our users' programs, port 587; STARTTLS before AUTH
  | 'submissions'; // the same under TLS from the first byte, port 465 (RFC 8314 §3.3)

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** PEM. Only an MX may do without (null), and then takes mail in the clear only. */
  readonly certificate: TlsCredentials | null;
  /** Default: see SmtpServerLimits, except the message size: 100 MiB, the most an organisation may set. */
  readonly limits?: Partial<SmtpServerLimits>;
}

export interface ReceptionListener {
  readonly host: string;
  readonly port: number;
  /** A renewed certificate, for connections from now on. */
  setCertificate(certificate: TlsCredentials): void;
  /** No new connections; open transactions may end for `drainMs` (default 5 s). */
  close(drainMs?: number): Promise<void>;
}

export interface ReceptionModule {
  /** Rejects when the address is taken or the certificate is unusable. */
  listen(kind: ListenerKind, options: ListenerOptions): Promise<ReceptionListener>;
  readonly routes: Route[];
  readonly loops: Loop[];
}

const largestMessage = 100 * 1024 * 1024;

export function createReceptionModule(ports: ReceptionPorts): ReceptionModule {
  const log = ports.log;
  const localUsers = createLocalUsers(ports);
  const answers = ports.metrics.counter(
    'reception_messages_total',
    'Messages handed over by SMTP, by listener and outcome',
    ['listener', 'outcome'],
  );

  const submit = createLaneCommit<OrganizationId, SendCommand, Accepted>((commands) =>
    ports.sending.acceptBatch(commands),
  );
  const storeTogether = createLaneCommit<OrganizationId, InboundMessage, true>(async (inbound) => {
    const [first] = inbound;
    if (first !== undefined) await storeInbound(ports, first.organizationId, inbound);
    return inbound.map(() => true);
  });

  const passOnTogether = createLaneCommit<OrganizationId, InboundMessage, true>(async (inbound) => {
    const [first] = inbound;
    if (first !== undefined) await storePassedOn(ports, first.organizationId, inbound);
    return inbound.map(() => true);
  });

  async function counted<T>(
    listener: 'mx' | 'submission',
    work: Promise<T>,
    isAccepted: (answer: T) => boolean,
  ): Promise<T> {
    try {
      const answer = await work;
      answers.inc({ listener, outcome: isAccepted(answer) ? 'accepted' : 'refused' });
      return answer;
    } catch (error) {
      answers.inc({ listener, outcome: 'failed' });
      log.warn('reception.not-stored', { listener, error });
      throw error;
    }
  }

  const inboundContext = {
    ...ports,
    localUsers,
    roleHolders: createRoleHolders(ports),
    unknownRecipients: createUnknownRecipients(),
    senderDns: createSenderDns(ports.dns, ports.clock),
    recordRefusal: async (message: RefusedMessage, findings: SenderFindings) => {
      answers.inc({ listener: 'mx', outcome: 'refused' });
      await ports.database.inTenant(message.organizationId, (tx) =>
        ports.audit.record(tx, messageRefused(message, findings)),
      );
    },
    ownServers: createOwnServers(ports),
    accept: (message: InboundMessage) =>
      counted(
        'mx',
        (staysHere(message) ? storeTogether : passOnTogether)(message.organizationId, message),
        () => true,
      ).then(() => undefined),
    hold: (message: InboundMessage, cause: QuarantineCause) =>
      counted('mx', holdInbound(ports, message, cause), () => true),
  };
  const relays = createRelays(ports);
  const submissionContext = {
    ...ports,
    localUsers,
    accept: (command: SendCommand) =>
      counted('submission', submit(command.organizationId, command), ({ ok }) => ok),
  };

  const mxContext = {
    ...inboundContext,
    relays,
    acceptRelayed: (command: SendCommand) =>
      counted('mx', submit(command.organizationId, command), ({ ok }) => ok),
  };

  function handlersOf(kind: ListenerKind): SmtpServerHandlers {
    return {
      connect: (session) =>
        kind === 'mx' ? new MxSession(mxContext, session) : new SubmissionSession(submissionContext, session),
      onError: (error, session) =>
        log.warn('reception.fault', {
          listener: kind,
          error,
          ...(session === null ? {} : { connectionId: session.id }),
        }),
      onTlsFailure: (error, session) =>
        log.debug('reception.tls-failed', { listener: kind, error, connectionId: session.id }),
    };
  }

  return {
    async listen(kind, { host, port, certificate, limits }) {
      const options: SmtpServerOptions = {
        hostname: ports.hostname,
        tls: certificate,
        tlsMode: kind === 'submissions' ? 'implicit' : 'starttls',
        authentication: kind === 'mx' ? 'none' : 'required',
        requireTlsExtension: true,
        ...(kind === 'mx' ? { clientCertificates: { trusted: ports.trusted } } : {}),
        dsn: kind !== 'mx', // reports to strangers about strangers are left to their own server (RFC 3461 §5.2.2)
        limits: { messageSize: largestMessage, ...limits },
      };
      const server = createSmtpServer(options, handlersOf(kind));
      const bound = await server.listen({ host, port });
      log.info('reception.listening', { listener: kind, port: bound.port });
      return {
        ...bound,
        setCertificate: (renewed) => server.setCertificate(renewed),
        close: (drainMs) => server.close(drainMs),
      };
    },
    routes: [...quarantineRoutes(ports), ...relayRoutes(relays)],
    loops: [
      createLoop({
        name: 'reception.expire-quarantine',
        everyMs: 3_600_000,
        runOnce: () => expireHeld(ports),
        log,
      }),
    ],
  };
}
