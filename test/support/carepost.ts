import { spawn, type ChildProcess } from 'node:child_process';
import { chown, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LabCredentials } from '../../lab/index.ts';
import { nodeOptions } from '../../server/app/node-options.ts';
import { freePorts } from './free-port.ts';
import type { OsUser } from './run-carepost.ts';

export interface Ready {
  readonly event: 'ready';
  readonly http: string;
  readonly mx: string;
  readonly submission: string;
  readonly submissions: string;
  readonly pid: number;
}

/** What the lab prints at start: who can sign in, and with what. */
export interface LabLine extends LabCredentials {
  readonly event: 'lab';
  readonly dns: string;
  readonly mailPort: number;
  readonly caFile: string;
}

/** A whole carepost in a process of its own, as `npm start` runs it. */
export interface RunningCarepost extends AsyncDisposable {
  readonly url: string;
  readonly dataFolder: string;
  readonly logFile: string;
  /** Of the start in progress or last made. */
  ready: Ready;
  /** Everything it has written to standard output, over all starts. */
  readonly output: string;
  /** Throws where there is no lab. */
  readonly lab: LabLine;
  readonly pid: number;
  /** Ends the process with `signal` and waits for its end. Answers its exit code; null when the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Starts it again on the same data and ports. Answers the milliseconds until it was ready. */
  start(): Promise<number>;
}

const main = join(import.meta.dirname, '../../server/main.ts');
const startLimitMs = 60_000;

export interface CarepostOptions {
  readonly lab?: boolean;
  readonly environment?: Record<string, string>;
  /** Default: a new folder, removed at the end. */
  readonly dataFolder?: string;
  /** The OS user to run as. Default: ours. */
  readonly user?: OsUser;
}

export async function startCarepost({
  lab = true,
  environment = {},
  dataFolder,
  user,
}: CarepostOptions = {}): Promise<RunningCarepost> {
  const folder = dataFolder ?? (await mkdtemp(join(tmpdir(), 'carepost-run-')));
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const [http, mx, submission, submissions, dns, mail, policy] = await freePorts(7);
  const settings = {
    CAREPOST_DATA: join(folder, 'data'),
    CAREPOST_HTTP: `127.0.0.1:${http}`,
    CAREPOST_MX: `127.0.0.1:${mx}`,
    CAREPOST_SUBMISSION: `127.0.0.1:${submission}`,
    CAREPOST_SUBMISSIONS: `127.0.0.1:${submissions}`,
    ...(lab
      ? {
          CAREPOST_LAB: '1',
          CAREPOST_LAB_NETWORK: `127.${2 + Math.floor(Math.random() * 250)}.${1 + Math.floor(Math.random() * 250)}`,
          CAREPOST_LAB_DNS_PORT: String(dns),
          CAREPOST_OUTBOUND_PORT: String(mail),
          CAREPOST_MTA_STS_PORT: String(policy),
        }
      : {}),
    ...environment,
  };
  const logFile = join(folder, 'carepost.log');
  let child: ChildProcess | undefined;
  let ended: Promise<number | null> = Promise.resolve(null);
  let labLine: LabLine | undefined;
  let output = '';

  const running: RunningCarepost = {
    url: `http://127.0.0.1:${http}`,
    dataFolder: settings.CAREPOST_DATA,
    logFile,
    ready: { event: 'ready', http: '', mx: '', submission: '', submissions: '', pid: 0 },
    get output() {
      return output;
    },
    get lab() {
      if (labLine === undefined) throw new Error('There is no lab in this carepost');
      return labLine;
    },
    get pid() {
      return child?.pid ?? 0;
    },
    async end(signal) {
      child?.kill(signal);
      return ended;
    },
    async start() {
      const began = performance.now();
      await using log = await open(logFile, 'a');
      const started = spawn(process.execPath, [...nodeOptions, main, 'serve'], {
        ...user,
        env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...settings },
        stdio: ['ignore', 'pipe', log.fd],
      });
      child = started;
      ended = new Promise((resolve) => started.once('exit', (code) => resolve(code)));
      const lines = createInterface({ input: started.stdout ?? process.stdin });
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`carepost was not ready in time; its log: ${logFile}`)),
          startLimitMs,
        );
        lines.on('line', (line) => {
          output += `${line}\n`;
          if (!line.startsWith('{')) return;
          const message = JSON.parse(line) as Ready | LabLine;
          if (message.event === 'lab') labLine = message;
          if (message.event === 'ready') {
            running.ready = message;
            clearTimeout(timer);
            resolve();
          }
        });
        started.once('exit', (code) => {
          clearTimeout(timer);
          reject(new Error(`carepost ended with code ${code}; its log: ${logFile}`));
        });
      });
      return performance.now() - began;
    },
    async [Symbol.asyncDispose]() {
      await running.end('SIGTERM');
      if (dataFolder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
  await running.start();
  return running;
}
