// The test suite of RFC 7208 through the MX: each client connects from its own address, in a network namespace.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import * as dnsPacket from 'dns-packet';
import type { MessageId } from '#contract/ids.ts';
import { createReceptionModule } from '#modules/reception/index.ts';
import { createResolver, parseDnsServers } from '#platform/dns/index.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { readAuthenticationResults } from '#protocols/authentication-results/index.ts';
import { parseHeaderSection } from '#protocols/mime/index.ts';
import { mainRoad } from '../support/main-road.ts';
import { readSpfSuites, type SpfCase, type SpfSuite } from '../support/spf-suite.ts';
import { withoutTestdata } from '../support/testdata.ts';

const run = promisify(execFile);
const marker = 'CAREPOST_OWN_NETWORK';
const isInside = process.env[marker] === '1';

/** What no SMTP command can carry (RFC 5321 §4.1.2): refused before SPF is asked. The pure suite has them all. */
const notSpoken = [
  'toolonglabel',
  'emptylabel',
  'nolocalpart',
  'invalid-domain-long-via-macro',
  'invalid-hello-macro',
];

if (isInside) await insideTests();
else {
  test(
    'the suite of RFC 7208, each client from its own address',
    { skip: withoutTestdata, timeout: 120_000 },
    async () => {
      const addresses = new Set(readSpfSuites().flatMap(({ cases }) => cases.map(clientOf)));
      const setUp = [
        'ip link set lo up',
        ...[...addresses].map((address) => `ip addr add ${address} dev lo nodad`),
      ];
      const asUser = process.getuid?.() === 0 ? [] : ['--user', '--map-current-user', '--keep-caps'];
      const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
      const inner = [
        ...setUp,
        `exec ${process.execPath} --test --test-reporter=tap ${import.meta.filename}`,
      ].join(' && ');
      const { stdout } = await run('unshare', ['--net', ...asUser, 'sh', '-c', inner], {
        env: { ...environment, [marker]: '1' },
        maxBuffer: 1 << 24,
      }).catch((error: { stdout?: string; stderr?: string }) =>
        assert.fail(`${error.stdout}\n${error.stderr}`),
      );
      assert.ok(stdout.includes(`# cases ${203 - notSpoken.length} of 203`), stdout);
    },
  );
}

function clientOf({ host }: SpfCase): string {
  return host.replace(/^::ffff:/i, '');
}

async function insideTests(): Promise<void> {
  let suite: SpfSuite | undefined;
  const dns = createSocket('udp4').bind(0, '127.0.0.1');
  await once(dns, 'listening');
  after(() => dns.close());
  dns.on('message', (bytes, peer) => {
    const query = dnsPacket.decode(bytes);
    const [question] = query.questions ?? [];
    if (question === undefined || query.id === undefined) return;
    const answers = suite?.lookUp(question.name, question.type) ?? null;
    const rcode = answers === null ? 2 : answers === 'no-such-domain' ? 3 : 0;
    const records = answers === null || answers === 'no-such-domain' ? [] : [...answers];
    const packet = dnsPacket.encode({
      type: 'response',
      id: query.id,
      flags: rcode,
      questions: [question],
      answers: records,
    });
    dns.send(packet, peer.port, peer.address);
  });

  const road = await mainRoad();
  const clinic = await road.newOrganizationWithStaff();
  const nurse = await clinic.addUser('nurse', 'clinician');
  const servers = parseDnsServers(`127.0.0.1:${dns.address().port}`);
  const resolver = createResolver({ servers, clock: road.clock, cacheSize: 0, rounds: 1 });
  const reception = createReceptionModule({
    ...road,
    openScan: null,
    trusted: [],
    hostname: 'mx.clinic.test',
    log: silentLogger,
    metrics: createMetrics(),
    dns: resolver,
  });
  const limits = { connectionsPerAddress: 300 };
  const v4 = await reception.listen('mx', { host: '127.0.0.1', port: 0, certificate: null, limits });
  const v6 = await reception.listen('mx', { host: '::1', port: 0, certificate: null, limits });
  after(() => Promise.all([v4.close(0), v6.close(0)]));

  /** What the field under our name says of SPF; the reply where the message was not taken. */
  async function verdictFor(spf: SpfCase): Promise<string> {
    const client = clientOf(spf);
    const listener = client.includes(':') ? v6 : v4;
    const socket = connect({ host: listener.host, port: listener.port, localAddress: client });
    const conversation = new Conversation(socket);
    await conversation.reply();
    const commands = [
      `HELO ${spf.helo}`,
      `MAIL FROM:<${spf.mailfrom.replace(/^(.* .*)(?=@)/, '"$1"')}>`,
      `RCPT TO:<${nurse.email}>`,
      'DATA',
    ];
    let last = '';
    for (const command of [...commands, 'Subject: s\r\n\r\nbody\r\n.']) {
      last = await conversation.ask(command);
      if (/^[45]/.test(last)) break;
    }
    socket.destroy();
    const messageId = /Accepted as (\S+)/.exec(last)?.[1];
    if (messageId === undefined) return last;
    const raw = await road.messages.readRaw(clinic.organizationId, messageId as MessageId);
    const parsed = parseHeaderSection(raw);
    assert.ok(parsed.ok);
    const field = parsed.section.fields.find(({ key }) => key === 'authentication-results');
    return (
      readAuthenticationResults(field?.value ?? '')?.results.find(({ method }) => method === 'spf')?.result ??
      ''
    );
  }

  let asExpected = 0;
  let all = 0;
  for (const each of readSpfSuites()) {
    test(each.description, async (t) => {
      suite = each;
      road.clock.advance(11_000); // what was not answered for the suite before is asked again
      for (const spf of each.cases) {
        all += 1;
        const verdict = await verdictFor(spf);
        if (notSpoken.includes(spf.name)) assert.match(verdict, /^5/, spf.name);
        else {
          assert.ok(spf.result.includes(verdict), `${spf.name}: ${verdict}, not ${spf.result.join(' or ')}`);
          asExpected += 1;
        }
      }
      if (all === 203) t.diagnostic(`cases ${asExpected} of ${all}`);
    });
  }
}

/** A client that says what it is told to, right or wrong. */
class Conversation {
  readonly #socket: Socket;
  readonly #lines: AsyncIterator<string>;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  }

  ask(command: string): Promise<string> {
    this.#socket.write(`${command}\r\n`);
    return this.reply();
  }

  async reply(): Promise<string> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) return '421 closed';
      if (value.charAt(3) !== '-') return value;
    }
  }
}
