// swaks as the client of our submission ports: what must be refused is, in the words of the standards.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { runProgram } from '../support/run-program.ts';
import { signInStaff, type StaffPerson } from '../support/staff-person.ts';

suite('swaks → carepost', { concurrency: 1 }, () => {
  let carepost: RunningCarepost;
  /** Reads what the clinician's program sends. */
  let desk: StaffPerson;
  before(async () => {
    carepost = await startCarepost();
    const user = carepost.lab.users.find(({ role }) => role === 'front-desk');
    desk = await signInStaff(carepost.url, user?.email ?? '', user?.password ?? '');
  });
  after(() => carepost[Symbol.asyncDispose]());

  const startTls = () => [
    '--server',
    carepost.ready.submission,
    '--tls',
    '--tls-verify',
    '--tls-ca-path',
    carepost.lab.caFile,
  ];
  const tlsFirst = () => [
    '--server',
    carepost.ready.submissions,
    '--tls-on-connect',
    '--tls-verify',
    '--tls-ca-path',
    carepost.lab.caFile,
  ];
  const mx = () => ['--server', carepost.ready.mx];
  const signIn = (mechanism: string, password = carepost.lab.appPassword.password) => [
    '--auth',
    mechanism,
    '--auth-user',
    carepost.lab.appPassword.username,
    '--auth-password',
    password,
  ];
  const from = () => ['--from', carepost.lab.appPassword.username];
  const subject = (text: string) => ['--h-Subject', text, '--body', 'from swaks'];
  const swaks = (...parameters: string[]) => runProgram('swaks', ['--suppress-data', ...parameters]);

  for (const [port, connect] of [
    ['STARTTLS', startTls],
    ['TLS from the first byte', tlsFirst],
  ] as const) {
    for (const mechanism of ['PLAIN', 'LOGIN']) {
      test(`${port}, AUTH ${mechanism}: accepted, and the message arrives`, async () => {
        const title = `swaks ${port} ${mechanism}`;
        const { code, output } = await swaks(
          ...connect(),
          ...signIn(mechanism),
          ...from(),
          '--to',
          desk.email,
          ...subject(title),
        );
        assert.equal(code, 0, output);
        assert.match(output, /~> +EHLO[\s\S]*<~ +250[- ]AUTH PLAIN LOGIN/);
        assert.match(output, /<~ +235 2\.7\.0 /);
        assert.match(output, /<~ +250 2\.0\.0 Accepted as [0-9a-f-]{36}/);
        assert.equal((await desk.arrived(title))['carepost:arrival']?.how, 'internal');
      });
    }
  }

  test('before STARTTLS there is no AUTH, and it is refused', async () => {
    const { code, output } = await swaks(
      '--server',
      carepost.ready.submission,
      ...signIn('PLAIN'),
      ...from(),
      '--to',
      desk.email,
    );
    assert.notEqual(code, 0);
    assert.match(output, /<- +250[- ]STARTTLS/);
    assert.doesNotMatch(output, /<- +250[- ]AUTH/);
    // swaks does not try what is not offered: so by hand.
    const script = 'EHLO x.test\r\nAUTH PLAIN AGEAYg==\r\nMAIL FROM:<a@b.test>\r\nQUIT\r\n';
    const [host = '', port = ''] = carepost.ready.submission.split(':');
    const answers = (await runProgram('curl', ['-s', '--max-time', '5', `telnet://${host}:${port}`], script))
      .output;
    assert.match(answers, /^538 5\.7\.11 |^530 5\.7\.0 /m);
    assert.equal(answers.match(/^2\d\d \S+ .*sender/gim), null);
  });

  test('without AUTH nothing is taken', async () => {
    const { output } = await swaks(...startTls(), ...from(), '--to', desk.email);
    assert.match(output, /<~\* +530 5\.7\.0 Authentication required/);
  });

  test('a wrong app password, and the password of the workspace', async () => {
    const ofWorkspace =
      carepost.lab.users.find(({ email }) => email === carepost.lab.appPassword.username)?.password ?? '';
    for (const password of ['wrong-wrong-wrong', ofWorkspace]) {
      const { code, output } = await swaks(
        ...startTls(),
        ...signIn('PLAIN', password),
        ...from(),
        '--to',
        desk.email,
      );
      assert.notEqual(code, 0);
      assert.match(output, /<~\* +535 5\.7\.8 /);
    }
  });

  test("another's name in the envelope and in the header", async () => {
    const envelope = await swaks(
      ...startTls(),
      ...signIn('PLAIN'),
      '--from',
      'admin@lakeside.test',
      '--to',
      desk.email,
    );
    assert.match(envelope.output, /<~\* +550 5\.7\.1 The sender address is not one of yours/);
    const header = await swaks(
      ...startTls(),
      ...signIn('PLAIN'),
      ...from(),
      '--h-From',
      'admin@lakeside.test',
      '--to',
      desk.email,
    );
    assert.match(header.output, /<~\* +550 5\.7\.1 The address in the field from is not one of yours/);
  });

  test('unknown colleague; not an address', async () => {
    const unknown = await swaks(
      ...startTls(),
      ...signIn('PLAIN'),
      ...from(),
      '--to',
      'nobody-here@lakeside.test',
    );
    assert.match(unknown.output, /<~\* +550 5\.1\.1 There is no such user here/);
    const none = await swaks(...startTls(), ...signIn('PLAIN'), ...from(), '--to', 'a@[192.0.2.1]');
    assert.match(none.output, /<~\* +553 5\.1\.3 /);
  });

  test('the MX relays for nobody, knows its users, and offers no AUTH', async () => {
    const relay = await swaks(...mx(), '--tls', '--from', 'a@verified.test', '--to', 'b@sts.test');
    assert.match(relay.output, /<~\* +550 5\.7\.1 Relaying denied/);
    assert.doesNotMatch(relay.output, /250[- ]AUTH/);
    const unknown = await swaks(...mx(), '--from', 'a@verified.test', '--to', 'nobody-here@lakeside.test');
    assert.match(unknown.output, /<\*\* +550 5\.1\.1 There is no such user here/);
    const good = await swaks(
      ...mx(),
      '--tls',
      '--from',
      'a@verified.test',
      '--to',
      desk.email,
      ...subject('swaks to the MX'),
    );
    assert.equal(good.code, 0, good.output);
    assert.equal((await desk.arrived('swaks to the MX'))['carepost:arrival']?.encrypted, true);
    const clear = await swaks(
      ...mx(),
      '--from',
      'a@verified.test',
      '--to',
      desk.email,
      ...subject('swaks in the clear'),
    );
    assert.equal(clear.code, 0, clear.output);
    assert.equal((await desk.arrived('swaks in the clear'))['carepost:arrival']?.encrypted, false);
  });

  test('more than the limit, which swaks does not announce: refused at the end, and nothing of it stays', async () => {
    const file = join(carepost.dataFolder, '..', 'large.txt');
    await writeFile(file, `Subject: Too much\n\n${`${'x'.repeat(70)}\n`.repeat(410_000)}`);
    const { output } = await swaks(
      ...startTls(),
      ...signIn('PLAIN'),
      ...from(),
      '--to',
      desk.email,
      '--data',
      `@${file}`,
    );
    assert.match(output, /<~\* +552 5\.3\.4 The message is larger than 26214400 bytes/);
    assert.deepEqual(
      (await desk.folder('inbox')).filter((email) => email.subject === 'Too much'),
      [],
    );
  });

  test('what came in by the MX cannot name our control fields; what is submitted can, once, and they do not go out', async () => {
    const title = 'swaks with options';
    const field = (value: string) => ['--add-header', `X-Carepost-Protection: ${value}`];
    const bad = await swaks(
      ...startTls(),
      ...signIn('PLAIN'),
      ...from(),
      '--to',
      'office@verified.test',
      ...field('carrier pigeon'),
      ...subject(title),
    );
    assert.match(bad.output, /<~\* +550 5\.6\.0 .*must be automatic or portal/);
    const good = await swaks(
      ...startTls(),
      ...signIn('PLAIN'),
      ...from(),
      '--to',
      desk.email,
      ...field('portal'),
      ...subject(title),
    );
    assert.equal(good.code, 0, good.output);
    const { id } = await desk.arrived(title);
    assert.doesNotMatch((await desk.raw(id)).toString(), /x-carepost/i);
  });
});
