import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { openLabAuthority } from './authority/lab-authority.ts';
import { submitAsMailProgram, type MailProgram } from './clients.ts';

const folder = mkdtempSync(join(tmpdir(), 'carepost-clients-'));
after(() => rmSync(folder, { recursive: true }));
const authority = await openLabAuthority(folder);

async function startSubmission(secure: boolean) {
  const received: { user: string | undefined; text: string }[] = [];
  const server = new SMTPServer({
    ...(await authority.issue('submission.test')),
    secure,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: ({ username, password }, _, done) =>
      password === 'right' ? done(null, { user: username }) : done(new Error('535 not right')),
    async onData(stream, session, done) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      received.push({ user: session.user, text: Buffer.concat(chunks).toString() });
      done(null, '2.0.0 taken');
    },
  });
  server.on('error', () => {});
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  after(() => new Promise<void>((closed) => server.close(closed)));
  const address = listener.address();
  assert.ok(address !== null && typeof address === 'object');
  const program: MailProgram = {
    server: { host: '127.0.0.1', port: address.port },
    implicitTls: secure,
    username: 'nurse@lakeside.test',
    password: 'right',
    certificate: { name: 'submission.test', authority: authority.certificate },
  };
  return { program, received };
}

const letter = {
  from: 'nurse@lakeside.test',
  to: ['a@verified.test'],
  subject: 'S',
  text: 'Hello',
  headers: { 'X-Test': 'yes' },
};

test('a mail program submits by STARTTLS and by implicit TLS', async () => {
  for (const secure of [false, true]) {
    const { program, received } = await startSubmission(secure);
    const result = await submitAsMailProgram(program, letter);
    assert.deepEqual(result.ok && result.accepted, ['a@verified.test']);
    assert.equal(received[0]?.user, 'nurse@lakeside.test');
    assert.match(received[0]?.text ?? '', /^X-Test: yes\r$/m);
  }
});

test('it takes no for an answer, and talks to nobody unproven', async () => {
  const { program } = await startSubmission(false);
  const refused = await submitAsMailProgram({ ...program, password: 'wrong' }, letter);
  assert.equal(!refused.ok && refused.code, 535);
  const stranger = await submitAsMailProgram(
    { ...program, certificate: { ...program.certificate, name: 'other.test' } },
    letter,
  );
  assert.match(stranger.response, /does not match certificate/);
});
