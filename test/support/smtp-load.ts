import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createTransport } from 'nodemailer';

/** By which listener a message of the load came in. */
export type Door = 'submission' | 'mx';

/** One message that somebody tried to hand over, exactly once: a load never tries again. */
export interface LoadMessage {
  /** In its subject and nowhere else. */
  readonly token: string;
  readonly door: Door;
  readonly to: string;
  /** The 250 that it was answered with; undefined when it was refused, or nobody answered. */
  reply?: string;
}

export interface SmtpLoadOptions {
  readonly connectionsEach: number;
  readonly submission: string;
  readonly mx: string;
  readonly signIn: { readonly username: string; readonly password: string };
  /** Recipients by door, taken in turn. */
  readonly to: Readonly<Record<Door, readonly string[]>>;
}

/** Strangers who send as fast as they are answered, on several connections, and note each 250. */
export interface SmtpLoad {
  readonly messages: readonly LoadMessage[];
  readonly accepted: number;
  /** Refusals heard, by code: those that were told to come again. */
  readonly refused: ReadonlyMap<number, number>;
  /** Goes on until about this many more have been accepted. */
  allow(count: number): void;
  /** Resolves when as many messages as this have been accepted from now on. */
  untilAccepted(count: number): Promise<void>;
  /** No more messages; resolves when the last one has been answered or given up. */
  stop(): Promise<void>;
}

export function startSmtpLoad(options: SmtpLoadOptions): SmtpLoad {
  const messages: LoadMessage[] = [];
  const refused = new Map<number, number>();
  const events = new EventEmitter().setMaxListeners(0);
  let accepted = 0;
  let allowed = 0;
  let stopping = false;

  async function turn(): Promise<boolean> {
    while (allowed <= 0 && !stopping) await once(events, 'allowed');
    return !stopping;
  }

  async function work(door: Door, number: number): Promise<void> {
    let transport: ReturnType<typeof connect> | undefined;
    for (let count = number; await turn(); count += 1) {
      const recipients = options.to[door];
      const message: LoadMessage = {
        token: `load-${randomBytes(8).toString('hex')}`,
        door,
        to: recipients[count % recipients.length] ?? '',
      };
      messages.push(message);
      transport ??= connect(options, door);
      try {
        const { response } = await transport.sendMail(letter(message, options, count));
        message.reply = response;
        accepted += 1;
        allowed -= 1;
        events.emit('accepted');
      } catch (error) {
        const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0;
        refused.set(code, (refused.get(code) ?? 0) + 1);
        transport.close();
        transport = undefined;
        await delay(100); // nobody may be listening just now
      }
    }
    transport?.close();
  }

  const workers = (['submission', 'mx'] as const).flatMap((door) =>
    Array.from({ length: options.connectionsEach }, (_, number) => work(door, number)),
  );
  return {
    messages,
    refused,
    get accepted() {
      return accepted;
    },
    allow(count) {
      allowed = count;
      events.emit('allowed');
    },
    async untilAccepted(count) {
      const goal = accepted + count;
      while (accepted < goal) await once(events, 'accepted');
    },
    async stop() {
      stopping = true;
      events.emit('allowed');
      await Promise.all(workers);
    },
  };
}

function connect({ submission, mx, signIn }: SmtpLoadOptions, door: Door) {
  const [host = '', port = ''] = (door === 'mx' ? mx : submission).split(':');
  return createTransport({
    host,
    port: Number(port),
    pool: true,
    maxConnections: 1,
    maxMessages: Infinity,
    requireTLS: true,
    tls: { rejectUnauthorized: false },
    connectionTimeout: 5_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    ...(door === 'mx' ? {} : { auth: { user: signIn.username, pass: signIn.password } }),
  });
}

/** A few kilobytes; each fifteenth one is too large to be kept inline. */
function letter({ token, door, to }: LoadMessage, { signIn }: SmtpLoadOptions, count: number) {
  return {
    from: door === 'mx' ? 'somebody@verified.test' : signIn.username,
    to,
    subject: token,
    text: `${randomBytes(1_500).toString('base64')}\n`,
    ...(count % 15 === 0
      ? { attachments: [{ filename: 'scan.bin', content: randomBytes(200 * 1024) }] }
      : {}),
  };
}
