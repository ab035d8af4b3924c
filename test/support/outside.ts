import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#platform/clock/clock.ts';
import { anyLabNetwork, createLab, readMessage, type Lab, type ReadMessage } from '../../lab/index.ts';
import { eventually } from './eventually.ts';
import { freePorts } from './free-port.ts';
import type { OsUser } from './run-carepost.ts';

/** The lab's small internet in the test's own process: a carepost beside it runs as in production, whole or in parts. */
export interface Outside extends AsyncDisposable {
  readonly lab: Lab;
  /** What a carepost must be told to be on it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Waits for the newest message to an address that `wanted` takes. */
  awaits(address: string, wanted: (message: ReadMessage) => boolean, limitMs?: number): Promise<ReadMessage>;
  /** How many messages with this subject an address has. */
  copies(address: string, subject: string): Promise<number>;
}

/** `user`: who runs that carepost, when it is somebody else. */
export async function startOutside(user?: OsUser): Promise<Outside> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'outside-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const [port = 0] = await freePorts(1);
  const lab = stack.use(
    await createLab({
      dataFolder: folder,
      clock: systemClock,
      network: anyLabNetwork(),
      port,
      dnsPort: 0,
      policyPort: 0,
    }),
  );
  const own = await lab.issueCertificate('mx.clinic.test');
  const put = async (name: string, content: string) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const environment = {
    CAREPOST_HOSTNAME: 'mx.clinic.test',
    CAREPOST_TLS_CERT: await put('cert.pem', own.cert),
    CAREPOST_TLS_KEY: await put('key.pem', own.key),
    CAREPOST_TRUSTED_CA: await put('ca.pem', lab.caCertificate),
    CAREPOST_DNS: lab.dnsServer,
    CAREPOST_OUTBOUND_PORT: String(port),
    CAREPOST_MTA_STS_PORT: String(lab.policyPort),
  };
  const read = (address: string) =>
    Promise.all(lab.inbox.messagesFor(address).map((message) => readMessage(message)));
  const started = stack.move();
  return {
    lab,
    environment,
    awaits: (address, wanted, limitMs) =>
      eventually(`a message came to ${address}`, async () => (await read(address)).findLast(wanted), limitMs),
    copies: async (address, subject) =>
      (await read(address)).filter((message) => message.subject === subject).length,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}
