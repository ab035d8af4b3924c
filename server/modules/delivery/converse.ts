import { isAscii } from 'node:buffer';
import type { Protection } from '#contract/protection.ts';
import type { ProtectionModule, SessionSeen } from '#modules/protection/index.ts';
import type { DsnParameters, RecipientOutcome, SmtpConnection } from '#protocols/smtp/index.ts';
import { problemOfFailure, resultOfReply, resultOfUnsent, type OpenProblem } from './classify-reply.ts';
import type { ConnectionPool, Peer } from './connection-pool.ts';
import type { ClaimedDelivery } from './delivery.ts';
import type { DeliveryGroup } from './group-deliveries.ts';
import { orderHosts, type MailHost } from './order-hosts.ts';
import type { AttemptResult } from './outcome.ts';
import { submitterOf } from './report-submitter.ts';

export interface ConversePorts {
  readonly pool: ConnectionPool;
  readonly protection: Pick<ProtectionModule, 'verifyConnection' | 'noteSession'>;
}

export interface ToSend {
  readonly group: DeliveryGroup;
  readonly content: Buffer;
  readonly hosts: readonly MailHost[];
  /** Notes durably that the last byte goes out now; answers which deliveries may go. */
  readonly markTransmitting: (deliveries: readonly ClaimedDelivery[]) => Promise<'all' | 'not-all'>;
  readonly signal: AbortSignal;
}

/** Content may go in the clear only where nothing was promised for it: letters, which hold no PHI. */
const needsTls = (protection: Protection): boolean => protection !== 'cleartext';

/**
 * One message to the recipients of one domain: the servers in turn, until one with a connection that is
 * as good as promised answers. The results are in the order of the group's deliveries. Never rejects.
 */
export async function converse(ports: ConversePorts, send: ToSend): Promise<AttemptResult[]> {
  const problems: OpenProblem[] = [];
  const { pool } = ports;
  const order = { failedLately: pool.failedLately, open: pool.isOpen, random: Math.random };
  for (const server of orderHosts(send.hosts, order)) {
    const answered = await withServer(ports, send, server, problems);
    if (answered !== undefined) return answered;
  }
  // Weaker outweighs unreachable: another server of theirs would not be waited for while the message can be had.
  const worst =
    problems.find(({ kind }) => kind === 'weaker') ??
    problems.find(({ because }) => because === 'tls-needed') ??
    problems.at(-1);
  const result: AttemptResult =
    worst === undefined
      ? { kind: 'deferred', because: 'server-unreachable' }
      : worst.kind === 'weaker'
        ? { kind: 'weaker', because: worst.because }
        : { ...worst, kind: 'deferred' };
  return send.group.deliveries.map(() => result);
}

/** Undefined: nothing was handed over; the next server may be asked. */
async function withServer(
  ports: ConversePorts,
  send: ToSend,
  server: Pick<Peer, 'host' | 'tlsName' | 'address' | 'port'>,
  problems: OpenProblem[],
): Promise<AttemptResult[] | undefined> {
  const { host } = server;
  const { protection } = send.group;
  let tls: Peer['tls'] = needsTls(protection) ? 'required' : 'if-offered';
  for (;;) {
    const peer: Peer = { ...server, tls, protection };
    const opened = await ports.pool.take(peer, send.signal);
    if (!opened.ok) {
      note(ports, send, peer, { tls: null, failure: opened.failure });
      const problem = problemOfFailure(opened.failure);
      if (problem.kind === 'weaker' && tls === 'if-offered') {
        tls = 'never'; // its TLS is broken, and this letter may do without
        continue;
      }
      problems.push(problem);
      return undefined;
    }
    const { connection, reused } = opened;
    if (!reused) note(ports, send, peer, { tls: connection.tls });
    const verified = needsTls(protection)
      ? await ports.protection.verifyConnection(protection, send.group.domain, host, connection.tls)
      : {
          ok: true as const,
          evidence:
            connection.tls === null
              ? null
              : { version: connection.tls.version, cipher: connection.tls.cipher },
        };
    if (!verified.ok) {
      ports.pool.giveBack(peer, connection);
      problems.push({ kind: 'weaker', because: 'portal-tls-weaker' });
      return undefined;
    }
    if (asksTls(send) && !isReport(send) && !connection.extensions.requireTls) {
      ports.pool.giveBack(peer, connection); // RFC 8689 §4.2.1
      problems.push({ kind: 'weaker', because: 'portal-requiretls' });
      return undefined;
    }
    const results = await transact(connection, send);
    ports.pool.giveBack(peer, connection);
    // A connection that had rested may have died meanwhile: that says nothing about the server.
    if (results === 'connection-was-stale') {
      if (reused) continue;
      problems.push({ kind: 'temporary', because: 'connection-lost' });
      return undefined;
    }
    return results.map((result) => ({
      ...result,
      host,
      evidence: verified.evidence,
      dsnOffered: connection.extensions.dsn,
    }));
  }
}

/** Counted for the reports of RFC 8460. Nobody waits for it. */
function note(
  { protection }: ConversePorts,
  { group: { organizationId, domain, returnPath } }: ToSend,
  { host, address }: Peer,
  seen: Pick<SessionSeen, 'tls' | 'failure'>,
): void {
  const submitter = submitterOf(returnPath);
  if (submitter === null) return;
  void protection.noteSession({ organizationId, submitter, domain, host, address, ...seen });
}

async function transact(
  connection: SmtpConnection,
  { group, content, markTransmitting, signal }: ToSend,
): Promise<AttemptResult[] | 'connection-was-stale'> {
  const { deliveries } = group;
  let stopped = false;
  let accepted: readonly ClaimedDelivery[] = deliveries;
  const outcome = await connection.send({
    from: group.returnPath,
    recipients: deliveries.map(({ address }) => address),
    content,
    size: content.length,
    requireTls: asksTls({ group }) && (connection.extensions.requireTls || !isReport({ group })),
    eightBit: !isAscii(content),
    ...dsnOf(deliveries),
    beforeContent(recipients) {
      accepted = deliveries.filter((_delivery, index) => recipients[index]?.accepted === true);
    },
    async beforeFinalDot() {
      stopped = true; // until the note is committed, the last byte stays here
      if ((await markTransmitting(accepted)) !== 'all') throw new Error('Not all of these may go any more');
      stopped = false;
    },
    signal,
  });
  if (outcome.kind === 'unsent') {
    return outcome.because === 'connection-ended'
      ? 'connection-was-stale'
      : deliveries.map(() => resultOfUnsent(outcome.because));
  }
  if (outcome.kind === 'answered')
    return deliveries.map((_delivery, index) => ofAnswer(outcome.recipients[index]));
  if (outcome.failure.phase === 'ready' || outcome.failure.phase === 'envelope')
    return 'connection-was-stale';
  const certain = new Map(outcome.refused.map((refused) => [refused.address, refused]));
  return deliveries.map(({ address }): AttemptResult => {
    const refused = certain.get(address);
    if (refused !== undefined) return resultOfReply(refused);
    if (outcome.uncertain) return { kind: 'uncertain' };
    return { kind: 'deferred', because: stopped ? 'interrupted' : 'connection-lost' };
  });
}

const asksTls = ({ group }: Pick<ToSend, 'group'>): boolean =>
  group.deliveries.some(({ requireTls }) => requireTls === true);

/** RFC 8689 §5: a report goes on with REQUIRETLS where that is offered, and is not lost where it is not. */
const isReport = ({ group }: Pick<ToSend, 'group'>): boolean => group.returnPath === '';

/** Those of one message asked the same of the whole. */
function dsnOf(deliveries: readonly ClaimedDelivery[]): { dsn?: DsnParameters } {
  const asked = deliveries.find(({ dsn }) => dsn !== null)?.dsn;
  if (asked == null) return {};
  const { ret, envelopeId } = asked;
  return { dsn: { ret, envelopeId, recipients: deliveries.map(({ dsn }) => dsn) } };
}

const ofAnswer = (answer: RecipientOutcome | undefined): AttemptResult =>
  answer === undefined ? { kind: 'deferred', because: 'connection-lost' } : resultOfReply(answer);
