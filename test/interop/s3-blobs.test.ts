// Large messages in an object store: out, in and through the portal; and the store away for a while.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import PostalMime from 'postal-mime';
import { createClient, ProblemError } from '#contract/client.ts';
import {
  downloadPortalAttachment,
  getPortalMessage,
  openPortalSession,
  requestCode,
} from '#contract/portal.ts';
import { sendMessage } from '#contract/sending.ts';
import { sendAsStranger, submitAsMailProgram } from '../../lab/index.ts';
import { openLab, type LabClient } from '../e2e/lab-client.ts';
import { openBrowserSession } from '../support/browser-session.ts';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { eventually } from '../support/eventually.ts';
import { refusedStart } from '../support/run-carepost.ts';
import { startS3Server, type S3Server } from '../support/s3-server.ts';
import { addressOf } from '../support/small-clinic.ts';
import { signInStaff, type StaffPerson } from '../support/staff-person.ts';

const marker = 'legible-in-every-attachment';
/** 5 MB that do not shrink and can be found. */
const scan = Buffer.concat([Buffer.from(marker), randomBytes(5_000_000), Buffer.from(marker)]);

suite('blobs in an object store', { concurrency: 1 }, () => {
  const stack = new AsyncDisposableStack();
  let s3: S3Server;
  let carepost: RunningCarepost;
  let lab: LabClient;
  let nurse: StaffPerson;

  before(async () => {
    s3 = stack.use(await startS3Server());
    carepost = stack.use(await startCarepost({ environment: { BLOB_URL: s3.url } }));
    lab = openLab(carepost.url);
    nurse = await signIn();
  });
  after(() => stack.disposeAsync());
  const signIn = () => {
    const { username } = carepost.lab.appPassword;
    const user = carepost.lab.users.find(({ email }) => email === username);
    return signInStaff(carepost.url, username, user?.password ?? '');
  };

  const submit = async (to: string, subject: string, content = scan) =>
    submitAsMailProgram(
      {
        server: addressOf(carepost.ready.submission),
        ...carepost.lab.appPassword,
        certificate: { name: 'localhost', authority: await readFile(carepost.lab.caFile, 'utf8') },
      },
      {
        from: carepost.lab.appPassword.username,
        to: [to],
        subject,
        text: 'See the scan.',
        attachments: [{ filename: 'scan.bin', content }],
      },
    );
  const fromOutside = (subject: string, content = scan) =>
    sendAsStranger(addressOf(carepost.ready.mx), {
      from: 'office@verified.test',
      to: [nurse.email],
      subject,
      text: 'See the scan.',
      attachments: [{ filename: 'scan.bin', content }],
    });
  const byApi = (to: string, subject: string) =>
    createClient(fetch, {
      origin: carepost.url,
      headers: { authorization: `Bearer ${carepost.lab.apiKey.key}` },
    })(sendMessage, {
      body: {
        to: [to],
        subject,
        text: 'See the scan.',
        category: 'clinical',
        attachments: [
          {
            filename: 'scan.bin',
            contentType: 'application/octet-stream',
            contentBase64: scan.toString('base64'),
          },
        ],
      },
    });
  async function scanIn(raw: Buffer | string): Promise<Buffer> {
    const [attachment] = (await PostalMime.parse(raw)).attachments;
    return Buffer.from(attachment?.content as ArrayBuffer);
  }
  async function arrivedOutside(subject: string): Promise<void> {
    const message = await lab.awaits('office@verified.test', (one) => one.subject === subject);
    assert.ok((await scanIn(Buffer.from(message.raw, 'latin1'))).equals(scan));
    const copies = (await lab.received('office@verified.test')).filter((one) => one.subject === subject);
    assert.equal(copies.length, 1);
  }
  async function arrivedInside(subject: string): Promise<void> {
    const { id } = await nurse.arrived(subject);
    assert.ok((await scanIn(await nurse.raw(id))).equals(scan));
  }

  test(
    '5 MB go out, come in, and are picked up in the portal, as they were',
    { timeout: 60_000 },
    async () => {
      const submitted = await submit('office@verified.test', 'out');
      assert.ok(submitted.ok, submitted.response);
      await arrivedOutside('out');
      const received = await fromOutside('in');
      assert.ok(received.ok, received.response);
      await arrivedInside('in');

      await byApi('patient@mail.test', 'picked up');
      const notice = await lab.awaits('patient@mail.test', ({ links }) => links.length > 0);
      const token = notice.links.find((link) => link.includes('/p/'))?.split('/p/')[1] ?? '';
      const patient = openBrowserSession(carepost.url);
      await patient.call(requestCode, { params: { token } });
      const { codes } = await lab.awaits('patient@mail.test', (one) => one.codes.length > 0);
      const { offerId } = await patient.call(openPortalSession, {
        params: { token },
        body: { code: codes[0] ?? '' },
      });
      assert.ok(offerId !== null);
      const [attachment] = (await patient.call(getPortalMessage, { params: { offerId } })).attachments;
      const file = await patient.call(downloadPortalAttachment, {
        params: { offerId, partId: attachment?.partId ?? '' },
      });
      assert.ok(Buffer.from(await file.arrayBuffer()).equals(scan));
    },
  );

  test('the store holds ciphertext under names that tell nothing', () => {
    assert.equal(s3.objects.size, 3);
    for (const [key, { content }] of s3.objects) {
      assert.match(key, /^messages\/[0-9a-f-]{36}\/[0-9a-f-]{36}$/);
      assert.ok(content.length >= scan.length && !content.includes(marker) && !content.includes('scan.bin'));
    }
  });

  for (const [what, begin, end] of [
    ['nobody answers', () => s3.goAway(), () => s3.comeBack()],
    ['it answers 503', async () => s3.failNext(503, Infinity), async () => s3.failNext(503, 0)],
  ] as const)
    test(
      `the store is away, ${what}: come again, nothing half, and then all is well`,
      { timeout: 90_000 },
      async () => {
        const [early, late] = [`before, ${what}`, `during, ${what}`];
        await lab.settle();
        const before = s3.objects.size;
        // Waits for its retry, and so is read from the store while that is away, and once more after.
        const waiting = await submit('office@greylist.test', early);
        assert.ok(waiting.ok, waiting.response);
        await lab.settle();
        await begin();
        try {
          const submitted = await submit('office@verified.test', late);
          assert.deepEqual([submitted.ok, !submitted.ok && submitted.code], [false, 451], submitted.response);
          const received = await fromOutside(late);
          assert.deepEqual([received.ok, !received.ok && received.code], [false, 451], received.response);
          await assert.rejects(
            byApi('office@verified.test', late),
            (error) =>
              error instanceof ProblemError &&
              error.problem.status === 503 &&
              error.problem.code === 'blob-store-unavailable',
          );
          // Small ones need no store.
          const small = await submit('office@verified.test', `small, ${what}`, Buffer.from('small'));
          assert.ok(small.ok, small.response);
          await lab.awaits('office@verified.test', (one) => one.subject === `small, ${what}`);

          const email = (await nurse.folder('inbox')).find(({ subject }) => subject === 'in');
          await assert.rejects(nurse.raw(email?.id ?? ''), /answered 503/);
          assert.ok((await fetch(`${carepost.url}/health/ready`)).ok);
          await lab.advance(20 * 60); // the retry finds the store away
        } finally {
          await end();
        }
        nurse = await signIn(); // by the lab's clock the last session is long over
        const again = await submit('office@verified.test', `after, ${what}`);
        assert.ok(again.ok, again.response);
        await arrivedOutside(`after, ${what}`);
        const email = await eventually('the message can be read again', async () =>
          (await nurse.folder('inbox')).find(({ subject }) => subject === 'in'),
        );
        assert.ok((await scanIn(await nurse.raw(email.id))).equals(scan));
        for (let turn = 0; turn < 3; turn += 1) await lab.advance(40 * 60);
        const message = await lab.awaits('office@greylist.test', (one) => one.subject === early);
        assert.ok((await scanIn(Buffer.from(message.raw, 'latin1'))).equals(scan));

        nurse = await signIn();
        assert.ok(!(await nurse.everySubject('sent')).includes(late));
        assert.ok(!(await nurse.everySubject('inbox')).includes(late));
        assert.equal(s3.objects.size, before + 2, 'what was refused left nothing');
        assert.equal(s3.openUploads.size, 0);
      },
    );

  test('a start with wrong keys is refused; with nobody there it is not', async () => {
    const sentence = await refusedStart({
      CAREPOST_DATA: `${carepost.dataFolder}-other`,
      BLOB_URL: s3.wrongUrl,
    });
    assert.match(sentence, /^BLOB_URL: the object store answers 403\. Check keys, bucket and region/);
    await carepost.end('SIGTERM');
    await s3.goAway();
    await carepost.start();
    assert.match(await readFile(carepost.logFile, 'utf8'), /"blobs\.unavailable"/);
    await s3.comeBack();
    const submitted = await submit('office@verified.test', 'after a start without');
    assert.ok(submitted.ok, submitted.response);
    await arrivedOutside('after a start without');
  });
});
