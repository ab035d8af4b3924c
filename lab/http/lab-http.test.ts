import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { AdjustableClock } from '#platform/clock/adjustable-clock.ts';
import { createHttpServer } from '#platform/http/http-server.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createLoop } from '#platform/lifecycle/loop.ts';
import { anyLabNetwork, createLab, labRoutes, registerLabPages, sendAsStranger, settle } from '../index.ts';

const dataFolder = mkdtempSync(join(tmpdir(), 'carepost-lab-http-'));
const clock = new AdjustableClock();
const network = anyLabNetwork();
const lab = await createLab({ dataFolder, clock, network, dnsPort: 0, policyPort: 0 });
/** A server of the lab stands in for the product's own listener. */
const mx = { host: `${network}.10`, port: lab.mailPort };

let due = 3;
const loop = createLoop({
  name: 'test',
  everyMs: 60_000,
  runOnce: async () => (due > 0 ? due-- : 0),
  log: silentLogger,
});
const idempotency = {
  begin: async () => undefined,
  finish: async () => {},
  forget: async () => {},
  sweep: async () => 0,
};
const server = await createHttpServer(
  labRoutes({ inbox: lab.inbox, clock, mx, settle: () => settle([loop]) }),
  {
    log: silentLogger,
    metrics: createMetrics(),
    idempotency,
    authenticate: async () => undefined,
    authenticateRecipient: async () => undefined,
    authorize: async () => false,
    isReady: async () => true,
  },
  { publicUrl: new URL('http://127.0.0.1:8025'), version: 'test' },
);
const credentials = {
  organization: 'Lakeside Clinic',
  users: [{ email: 'nurse@lakeside.test', role: 'clinician' as const, password: 'planted-password' }],
  apiKey: { user: 'nurse@lakeside.test', key: 'cp_planted' },
  appPassword: { username: 'nurse@lakeside.test', password: 'planted-app-password' },
};
registerLabPages(server, { lab, clock, credentials });
after(async () => {
  await server.close();
  await lab.stop();
  rmSync(dataFolder, { recursive: true });
});

const post = (url: string, payload: object = {}) => server.inject({ method: 'POST', url, payload });

test('a stranger writes, and the inbox shows it with links and codes', async () => {
  const text = 'Your code is:\n\n407213\n\nhttp://127.0.0.1:8025/p/abc_123456-x\n';
  const sent = await post('/lab/send', {
    from: 'jane@mail.test',
    to: ['Pat@verified.test'],
    subject: 'Hello',
    text,
  });
  assert.equal(sent.json().ok, true);
  const inboxes = (await server.inject('/lab/inboxes')).json();
  assert.deepEqual(
    inboxes.inboxes.map((one: { address: string; count: number }) => [one.address, one.count]),
    [['pat@verified.test', 1]],
  );
  const { messages } = (await server.inject('/lab/inboxes/pat@verified.test')).json();
  assert.equal(messages.length, 1);
  const { subject, links, codes, tls, envelope } = messages[0];
  assert.deepEqual(
    { subject, links, codes, envelope },
    {
      subject: 'Hello',
      links: ['http://127.0.0.1:8025/p/abc_123456-x'],
      codes: ['407213'],
      envelope: { from: 'jane@mail.test', to: ['Pat@verified.test'] },
    },
  );
  assert.equal(tls.version, 'TLSv1.3');
});

test('a refusal is an answer', async () => {
  const refused = await post('/lab/send', {
    from: 'jane@mail.test',
    to: ['bounces-550@verified.test'],
    tls: 'never',
  });
  assert.equal(refused.statusCode, 200);
  assert.equal(refused.json().ok, false);
  assert.equal(refused.json().code, 550);
  assert.equal((await post('/lab/send', { from: '', to: [] })).statusCode, 400);
});

test('the clock is set and advanced, and what is due is run', async () => {
  const set = await post('/lab/clock', { set: '2030-01-01T00:00:00.000Z' });
  assert.match(set.json().now, /^2030-01-01T00:00:/);
  const advanced = await post('/lab/clock', { advanceSeconds: 86_400 });
  assert.match(advanced.json().now, /^2030-01-02T00:00:/);
  assert.match((await server.inject('/lab/clock')).json().now, /^2030-01-02/);
  assert.equal((await post('/lab/clock', { advanceSeconds: -1 })).statusCode, 400);
  const settled = await post('/lab/settle');
  assert.ok(settled.json().done > 0);
  assert.equal((await post('/lab/settle')).json().done, 0);
});

test('the pages show it all, escaped, under the usual policy', async () => {
  const evil = `<script>alert(1)</script>"'&`;
  await sendAsStranger(mx, {
    from: 'x@mail.test',
    to: ['evil@verified.test'],
    subject: evil,
    text: `${evil} javascript:alert(1) http://a.test/"onmouseover="x`,
  });
  for (const url of [
    '/lab',
    '/lab/servers',
    '/lab/inbox?address=evil@verified.test',
    `/lab/inbox?address=${encodeURIComponent(evil)}`,
  ]) {
    const page = await server.inject(url);
    assert.equal(page.statusCode, 200);
    assert.match(String(page.headers['content-type']), /^text\/html/);
    assert.match(String(page.headers['content-security-policy']), /default-src 'none'/);
    assert.equal(page.body.includes('<script>'), false, url);
    assert.equal(page.body.includes('"onmouseover'), false, url);
    assert.equal(page.body.includes('href="javascript:'), false, url);
  }
  assert.match((await server.inject('/lab')).body, /planted-app-password/);
  const inbox = (await server.inject('/lab/inbox?address=pat@verified.test')).body;
  assert.match(inbox, /<a href="http:\/\/127\.0\.0\.1:8025\/p\/abc_123456-x">/);
  assert.match(inbox, /data-copy="407213"/);
  assert.match((await server.inject('/lab/lab.css')).headers['content-type'] ?? '', /css/);
  assert.match(String((await server.inject('/lab/lab.js')).headers['content-type']), /javascript/);
});

test('inboxes are emptied, one or all', async () => {
  assert.equal(
    (await server.inject({ method: 'DELETE', url: '/lab/inboxes?address=evil@verified.test' })).statusCode,
    204,
  );
  assert.deepEqual(
    (await server.inject('/lab/inboxes')).json().inboxes.map((one: { address: string }) => one.address),
    ['pat@verified.test'],
  );
  await server.inject({ method: 'DELETE', url: '/lab/inboxes' });
  assert.deepEqual((await server.inject('/lab/inboxes')).json(), { inboxes: [] });
  assert.match((await server.inject('/lab')).body, /Nothing was received yet/);
});
