// A whole day's work with planted words; then nobody who steals the disk, the logs or a dump finds one of them.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { createTransport } from 'nodemailer';
import pg from 'pg';
import { createContact, findContacts } from '#contract/contacts.ts';
import { createForwarding } from '#contract/forwarding.ts';
import { createUser } from '#contract/identity.ts';
import {
  downloadPortalAttachment,
  getPortalInbox,
  getPortalMessage,
  openPortalMessage,
  openPortalSession,
  replyFromPortal,
  requestAccess,
  requestCode,
} from '#contract/portal.ts';
import { getTimeline, previewMessage, sendMessage } from '#contract/sending.ts';
import { openBrowserSession } from '../support/browser-session.ts';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { eventually } from '../support/eventually.ts';
import { advanceLabClock } from '../support/lab-clock.ts';
import { needlesFor, searchFolder, searchOctets } from '../support/search-files.ts';
import { signInStaff, type StaffPerson } from '../support/staff-person.ts';

/** In everything planted. Lower case, as addresses are kept; never twice the same. */
const mark = `q${randomBytes(9).toString('hex')}z`;
/** A planted text: `what` tells, when it is found, how it got there. */
const planted = (what: string) => `${what}${mark}${what}`;
const address = (what: string, domain: string) => `${what}.${mark}.${what}@${domain}`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('the search itself finds each form, wherever it begins', () => {
  const text = 'Zoë Plänted 結果';
  const forms: [string, (text: string) => Buffer][] = [
    ['UTF-8', (all) => Buffer.from(all)],
    ['UTF-16LE', (all) => Buffer.from(all, 'utf16le')],
    ['base64', (all) => Buffer.from(base64(all))],
    ['base64url', (all) => Buffer.from(Buffer.from(all).toString('base64url'))],
    ['hex', (all) => Buffer.from(Buffer.from(all).toString('hex'))],
    ['percent', (all) => Buffer.from(encodeURIComponent(all))],
    [
      'quoted-printable',
      (all) =>
        Buffer.from(
          all.replaceAll(/[^\x20-\x7e]/g, (character) =>
            [...Buffer.from(character)].map((octet) => `=${octet.toString(16).toUpperCase()}`).join(''),
          ),
        ),
    ],
  ];
  for (const [name, write] of forms) {
    for (let before = 0; before < 6; before += 1) {
      const content = write(`${'x'.repeat(before)}${text} and more`);
      assert.notDeepEqual(searchOctets(content, needlesFor(text), name), [], `${name} after ${before}`);
      assert.deepEqual(searchOctets(write('x'.repeat(200)), needlesFor(text), name), []);
    }
  }
});

suite('nothing in the clear', { concurrency: 1 }, () => {
  let carepost: RunningCarepost;
  let nurse: StaffPerson;
  before(async () => {
    carepost = await startCarepost({ environment: { CAREPOST_LOG: 'debug' } });
  });
  after(() => carepost[Symbol.asyncDispose]());

  const signIn = (role: string) => {
    const user = carepost.lab.users.find((one) => one.role === role);
    return signInStaff(carepost.url, user?.email ?? '', user?.password ?? '');
  };
  interface LabMessage {
    readonly links: string[];
    readonly codes: string[];
    readonly text: string;
  }
  const inbox = async (of: string) =>
    (
      (await (await fetch(`${carepost.url}/lab/inboxes/${encodeURIComponent(of)}`)).json()) as {
        messages: LabMessage[];
      }
    ).messages;
  const arrived = (of: string, where: (message: LabMessage) => boolean = () => true) =>
    eventually('a message is in the inbox outside', async () => (await inbox(of)).findLast(where));
  const patient = address('patient', 'selfsigned.test');
  const practice = address('practice', 'verified.test');

  test('workspace: a user, a contact, folders, drafts, messages, searches', async () => {
    const admin = await signIn('administrator');
    await admin.call(createUser, {
      body: { displayName: planted('username'), email: address('user', 'lakeside.test'), role: 'front-desk' },
    });
    await admin.call(createForwarding, {
      body: {
        address: address('forwarding', 'lakeside.test'),
        targets: [address('target', 'verified.test'), `bounces-550+${mark}@verified.test`],
      },
    });
    nurse = await signIn('clinician');
    await nurse.call(createContact, {
      body: {
        kind: 'patient',
        name: `Zoë ${planted('contactname')}`,
        address: patient,
        phone: planted('phone'),
        mrn: planted('mrn'),
      },
    });
    await nurse.call(findContacts, { body: { address: patient } });
    await nurse.call(previewMessage, { body: { to: [patient, practice], category: 'clinical' } });
    const { messageId } = await nurse.call(
      sendMessage,
      {
        body: {
          to: [patient, practice],
          cc: [address('cc', 'sts.test')],
          bcc: [address('bcc', 'verified.test')],
          subject: planted('subject'),
          text: planted('text'),
          html: `<p>${planted('html')}</p>`,
          category: 'clinical',
          attachments: [
            {
              filename: `${planted('filename')}.txt`,
              contentType: 'text/plain',
              contentBase64: base64(planted('attachment')),
            },
          ],
        },
      },
      { idempotencyKey: `key-${randomBytes(8).toString('hex')}` },
    );

    const { accountId } = nurse;
    const [[, mailboxes] = []] = await nurse.jmap([
      'Mailbox/get',
      { accountId, properties: ['id', 'role'] },
      'm',
    ]);
    const drafts =
      ((mailboxes?.['list'] ?? []) as { id: string; role: string }[]).find(({ role }) => role === 'drafts')
        ?.id ?? '';
    const upload = await nurse.fetch(`${carepost.url}/jmap/upload/${accountId}`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: planted('upload'),
    });
    const { blobId } = (await upload.json()) as { blobId: string };
    const draft = {
      mailboxIds: { [drafts]: true },
      keywords: { $draft: true, [`k${mark}`]: true },
      subject: planted('draftsubject'),
      from: [{ email: nurse.email }],
      to: [{ name: planted('draftname'), email: address('draft', 'verified.test') }],
      bodyStructure: {
        type: 'multipart/mixed',
        subParts: [
          { partId: 't', type: 'text/plain' },
          { blobId, type: 'text/plain', name: planted('uploadname'), disposition: 'attachment' },
        ],
      },
      bodyValues: { t: { value: planted('drafttext') } },
      'carepost:category': 'clinical',
    };
    const answers = await nurse.jmap(
      ['Mailbox/set', { accountId, create: { f: { name: planted('folder') } } }, 'f'],
      ['Email/set', { accountId, create: { d: draft } }, 'd'],
      ['Email/query', { accountId, filter: { text: planted('searched') } }, 'q'],
      ['EmailSubmission/set', { accountId, create: { s: { emailId: '#d', identityId: accountId } } }, 's'],
    );
    assert.ok(
      (answers[1]?.[1]['created'] as object | undefined) !== null &&
        JSON.stringify(answers[1]).includes('blobId'),
      JSON.stringify(answers),
    );
    await arrived(practice);
    await nurse.call(getTimeline, { params: { messageId } });
  });

  test('SMTP: submitted, received, and refused', async () => {
    const { username, password } = carepost.lab.appPassword;
    const program = (listener: string, auth?: { user: string; pass: string }) => {
      const [host = '', port = ''] = listener.split(':');
      return createTransport({
        host,
        port: Number(port),
        requireTLS: true,
        tls: { rejectUnauthorized: false },
        ...(auth === undefined ? {} : { auth }),
      });
    };
    const letter = (what: string) => ({
      subject: `Zoë ${planted(`${what}subject`)}`,
      text: planted(`${what}text`),
      attachments: [
        {
          filename: `${planted(`${what}filename`)}.pdf`,
          content: `${planted(`${what}attachment`)}${'.'.repeat(200_000)}`,
        },
      ],
    });
    await program(carepost.ready.submission, { user: username, pass: password }).sendMail({
      from: username,
      to: address('smtp', 'verified.test'),
      ...letter('smtp'),
    });
    await program(carepost.ready.mx).sendMail({
      from: `${planted('sendername')} <${address('sender', 'verified.test')}>`,
      to: username,
      ...letter('mx'),
    });
    await assert.rejects(
      program(carepost.ready.submission, {
        user: address('stranger', 'lakeside.test'),
        pass: planted('password'),
      }).sendMail({ from: username, to: username, ...letter('no') }),
    );
    await program(carepost.ready.mx).sendMail({
      from: address('sender', 'verified.test'),
      to: address('forwarding', 'lakeside.test'),
      ...letter('forwarded'),
    });
    await arrived(address('target', 'verified.test'));
    await assert.rejects(
      program(carepost.ready.mx).sendMail({
        from: address('sender', 'verified.test'),
        to: address('unknown', 'lakeside.test'),
        ...letter('no'),
      }),
    );
    await assert.rejects(
      program(carepost.ready.mx).sendMail({
        from: address('sender', 'verified.test'),
        to: address('relay', 'elsewhere.test'),
        ...letter('no'),
      }),
    );
    await program(carepost.ready.submission, { user: username, pass: password }).sendMail({
      from: username,
      to: `bounces-550+${mark}@verified.test`,
      ...letter('bounced'),
    });
    await nurse.arrived('Your message did not reach everybody');
    const received = await eventually('it is in the inbox', async () =>
      (await nurse.folder('inbox')).find(({ subject }) => subject?.includes('mxsubject')),
    );
    await nurse.raw(received.id);
    await nurse.jmap([
      'Email/get',
      {
        accountId: nurse.accountId,
        ids: [received.id],
        properties: ['subject', 'from', 'preview', 'bodyValues', 'textBody', 'carepost:safeHtml'],
        fetchAllBodyValues: true,
      },
      'r',
    ]);
  });

  test('portal: read, downloaded, answered', async () => {
    const { links } = await arrived(patient, (message) => message.links.length > 0);
    const token =
      links.map((link) => /\/p\/([^/?#]+)/.exec(link)?.[1]).find((found) => found !== undefined) ?? '';
    const browser = openBrowserSession(carepost.url);
    await browser.call(requestCode, { params: { token } });
    const { codes } = await arrived(patient, (message) => message.codes.length > 0);
    await browser.call(openPortalSession, { params: { token }, body: { code: codes[0] ?? '' } });
    const { items } = await browser.call(getPortalInbox);
    const offerId = items[0]?.offerId ?? '';
    const message = await browser.call(getPortalMessage, { params: { offerId } });
    assert.equal(message.subject, planted('subject'));
    await browser.call(openPortalMessage, { params: { offerId } });
    const file = await browser.call(downloadPortalAttachment, {
      params: { offerId, partId: message.attachments[0]?.partId ?? '' },
    });
    assert.equal(await file.text(), planted('attachment'));
    await browser.call(
      replyFromPortal,
      {
        params: { offerId },
        body: {
          text: planted('reply'),
          attachments: [
            {
              filename: planted('replyname'),
              contentType: 'text/plain',
              contentBase64: base64(planted('replyattachment')),
            },
          ],
        },
      },
      { idempotencyKey: `key-${randomBytes(8).toString('hex')}` },
    );
    await browser.call(requestAccess, {
      body: { organizationSlug: 'lakeside-clinic', address: address('access', 'verified.test') },
    });
    await eventually('the reply is in the inbox', async () =>
      (await nurse.folder('inbox')).find(({ from }) => from?.[0]?.email === patient),
    );
    // What is wrong is told without being repeated, and is not noted either.
    for (const path of [`/portal/api/v1/offers/${mark}${mark}`, `/api/v1/${mark}`])
      await fetch(`${carepost.url}${path}`);
    await fetch(`${carepost.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        email: address('signin', 'lakeside.test'),
        password: planted('signinpassword'),
      }),
    });
    await fetch(`${carepost.url}/api/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${carepost.lab.apiKey.key}` },
      body: `{"to": ["${mark}"], ${mark}`,
    });
  });

  test('errors tell the log where, not what', async () => {
    const letter = JSON.stringify({
      to: [address('lost', 'verified.test')],
      subject: planted('lostsubject'),
      text: planted('losttext'),
      category: 'clinical',
    });
    const send = () =>
      fetch(`${carepost.url}/api/v1/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${carepost.lab.apiKey.key}` },
        body: letter,
      });
    const settings = join(carepost.dataFolder, 'postgresql/postgresql.conf');
    await rename(settings, `${settings}.away`);
    process.kill(
      Number(
        (await readFile(join(carepost.dataFolder, 'postgresql/cluster/postmaster.pid'), 'utf8')).split(
          '\n',
        )[0],
      ),
      'SIGKILL',
    );
    await eventually('sending fails', async () => ((await send()).status === 503 ? true : undefined));
    const [host = '', port = ''] = carepost.ready.mx.split(':');
    const program = createTransport({ host, port: Number(port), tls: { rejectUnauthorized: false } });
    await assert.rejects(
      program.sendMail({
        from: address('lost', 'verified.test'),
        to: 'desk@lakeside.test',
        text: planted('losttext'),
      }),
    );
    await rename(`${settings}.away`, settings);
    await eventually(
      'sending works again',
      async () => ((await send()).status === 201 ? true : undefined),
      40_000,
    );
    nurse = await signIn('clinician');
  });

  test('a dump of the database shows none of it', async () => {
    await advanceLabClock(carepost.url, 60);
    const needles = needlesFor(mark);
    const client = new pg.Client({
      host: join(carepost.dataFolder, 'postgresql/socket'),
      user: 'carepost',
      database: 'carepost',
    });
    await client.connect();
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    );
    let seen = 0;
    for (const { name } of tables) {
      const { rows } = await client.query<{ line: string }>(`SELECT t::text AS line FROM ${name} t`);
      seen += rows.length;
      for (const { line } of rows) assert.deepEqual(searchOctets(Buffer.from(line), needles, name), []);
    }
    assert.ok(tables.length > 40 && seen > 300, `${tables.length} tables, ${seen} rows`);
    const { rows: control } = await client.query<{ name: string }>(
      "SELECT name FROM domains.domain WHERE name = 'lakeside.test'",
    );
    assert.equal(control.length, 1);
    await client.query('CHECKPOINT');
    await client.end();
  });

  test('nor do the raw files, the logs, the output and the metrics', async (t) => {
    const needles = needlesFor(mark);
    const metrics = Buffer.from(await (await fetch(`${carepost.url}/metrics`)).text());
    await carepost.end('SIGTERM');
    const { finds, files, octets } = await searchFolder(carepost.dataFolder, needles, ['lab']);
    const log = await readFile(carepost.logFile);
    finds.push(
      ...searchOctets(log, needles, 'log'),
      ...searchOctets(Buffer.from(carepost.output), needles, 'standard output'),
      ...searchOctets(metrics, needles, 'metrics'),
    );
    t.diagnostic(
      JSON.stringify({
        files,
        megabytes: Math.round(octets / 1e6),
        logLines: log.toString().split('\n').length,
        needles: needles.length,
      }),
    );
    assert.deepEqual(finds, []);

    // The search has looked where things are: what may be in the clear is found, the planted words are outside.
    const control = await searchFolder(carepost.dataFolder, needlesFor('lakeside.test'), ['lab']);
    assert.ok(control.finds.some(({ where }) => where.startsWith('postgresql/cluster/base/')));
    assert.ok(control.finds.some(({ where }) => where.startsWith('postgresql/cluster/pg_wal/')));
    assert.ok((await searchFolder(join(carepost.dataFolder, 'lab'), needles)).finds.length > 0);
    assert.ok(
      (await searchFolder(join(carepost.dataFolder, 'blobs'), needlesFor('nothing'))).files > 0,
      'some content was large enough for a blob',
    );
    assert.match(log.toString(), /"errorName":"DatabaseUnavailable"/, 'there were errors to tell of');
  });
});
