import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UserId } from '#contract/ids.ts';
import { editHeaders, parseHeaderSection, type HeaderSection } from '#protocols/mime/index.ts';
import { editInbound } from './edit-inbound.ts';
import { editSubmission, type EditedSubmission } from './edit-submission.ts';
import { recipientsOf } from './recipient-kinds.ts';

const own = 'ann@clinic.test';

function sectionOf(header: string): HeaderSection {
  const parsed = parseHeaderSection(Buffer.from(header));
  assert.ok(parsed.ok);
  return parsed.section;
}

function submitted(
  header: string,
  categories: ('clinical' | 'administrative' | 'billing')[] = ['clinical', 'administrative'],
): EditedSubmission {
  return editSubmission({
    section: sectionOf(header),
    sender: {
      userId: '' as UserId,
      address: own,
      displayName: 'Ann',
      permissions: new Set(),
      categories: new Set(categories),
    },
    ownAddresses: new Set([own, 'desk@clinic.test']),
    envelopeFrom: own,
    received: 'by mx.test with ESMTPSA id 1; now',
    messageIdHeader: '1@clinic.test',
    now: new Date('2026-06-01T09:00:00Z'),
  });
}

function refused(header: string): string {
  const edited = submitted(header);
  assert.ok(!edited.ok, 'was accepted');
  return `${edited.reply.code} ${edited.reply.enhanced} ${edited.reply.lines.join(' ')}`;
}

const complete = `From: Ann <${own}>\r\nDate: Mon, 01 Jun 2026 09:00:00 +0000\r\nMessage-ID: <x@y>\r\n`;

describe('submitted headers', () => {
  test('Bcc and control fields go, Received comes on top, the rest stays as it was', () => {
    const header = `${complete}Bcc: hidden@x.test\r\nResent-Bcc: h@x.test\r\nX-Carepost-Category: administrative\r\nX-CAREPOST-Expires: 7 days\r\nSubject: s\r\n\r\n`;
    const edited = submitted(header);
    assert.ok(edited.ok);
    assert.equal(edited.category, 'administrative');
    assert.deepEqual(edited.options, { expiresInDays: 7 });
    assert.equal(
      editHeaders(Buffer.from(header), sectionOf(header), edited.edit).bytes.toString(),
      `Received: by mx.test with ESMTPSA id 1; now\r\n${complete}Subject: s\r\n\r\n`,
    );
  });

  test('what is missing is added', () => {
    const header = 'Subject: s\r\n\r\n';
    const edited = submitted(header);
    assert.ok(edited.ok);
    const text = editHeaders(Buffer.from(header), sectionOf(header), edited.edit).bytes.toString();
    assert.match(text, /^From: ann@clinic\.test\r$/m);
    assert.match(text, /^Date: Mon, 01 Jun 2026 09:00:00 \+0000\r$/m);
    assert.match(text, /^Message-ID: <1@clinic\.test>\r$/m);
  });

  test('categories: named, by role, not allowed, not known', () => {
    assert.equal((submitted(complete) as { category: string }).category, 'clinical');
    assert.equal(
      (submitted(complete, ['administrative']) as { category: string }).category,
      'administrative',
    );
    assert.match(
      refused(`${complete}X-Carepost-Category: billing\r\n`),
      /^550 5\.7\.1 .*billing; allowed are clinical, administrative$/,
    );
    assert.match(
      refused(`${complete}X-Carepost-Category: nonsense\r\n`),
      /^550 5\.6\.0 .*one of clinical, appointment/,
    );
  });

  test('options: every value, and what is not understood refuses', () => {
    const options = (field: string) => (submitted(`${complete}${field}\r\n`) as { options: object }).options;
    assert.deepEqual(options('X-Carepost-Protection: Portal'), { protection: 'portal' });
    assert.deepEqual(options('X-Carepost-Protection: automatic'), {});
    assert.deepEqual(options('X-Carepost-Require-TLS: yes'), { requireTls: true });
    assert.deepEqual(options('X-Carepost-Expires: 365'), { expiresInDays: 365 });
    for (const bad of [
      'Protection: none',
      'Expires: 0',
      'Expires: 366',
      'Expires: soon',
      'Require-TLS: 1',
      'Catagory: clinical',
      'Expires: 1\r\nX-Carepost-Expires: 2',
    ]) {
      assert.match(refused(`${complete}X-Carepost-${bad}\r\n`), /^550 5\.6\.0/, bad);
    }
  });

  test('nobody writes in another name', () => {
    assert.match(refused('From: boss@clinic.test\r\n'), /^550 5\.7\.1 .*not one of yours/);
    assert.match(refused(`From: ${own}, boss@clinic.test\r\n`), /^550 5\.6\.0/);
    assert.match(refused(`From: ${own}\r\nFrom: boss@clinic.test\r\n`), /^550 5\.6\.0/);
    assert.match(refused(`From: ${own}\r\nSender: boss@clinic.test\r\n`), /^550 5\.7\.1/);
    assert.match(refused('From: undisclosed\r\n'), /^550 5\.6\.0/);
    assert.match(refused('From:\r\n'), /^550 5\.6\.0/);
    assert.ok(submitted('From: "boss@clinic.test" <DESK@Clinic.test>\r\n').ok, 'an alias, in any case');
  });

  test('more than 100 Received fields are a loop', () => {
    assert.ok(submitted(complete + 'Received: x\r\n'.repeat(100)).ok);
    assert.match(refused(complete + 'Received: x\r\n'.repeat(101)), /^554 5\.4\.6/);
  });
});

describe('inbound headers', () => {
  const edit = (header: string) => {
    const { edit: change, refusal } = editInbound({
      section: sectionOf(header),
      hostname: 'mx.clinic.test',
      forwardedBy: new Set(['referrals@clinic.test']),
    });
    return { text: editHeaders(Buffer.from(header), sectionOf(header), change).bytes.toString(), refusal };
  };

  test('what only we may say is taken out', () => {
    const { text } = edit(
      'Return-Path: <evil@x.test>\r\nX-Carepost-Category: internal\r\nAuthentication-Results: (c) MX.clinic.test; spf=pass\r\nSubject: s\r\n\r\n',
    );
    assert.equal(text, 'Subject: s\r\n\r\n');
  });

  test('results of others stay', () => {
    assert.match(
      edit(
        'Authentication-Results: mx.clinic.test; none\r\nAuthentication-Results: other.test; spf=pass\r\n\r\n',
      ).text,
      /^Authentication-Results: other/,
    );
  });

  test('two authors', () => {
    assert.equal(edit('From: a@x.test\r\nFROM : b@y.test\r\n').refusal?.code, 550);
  });

  test('loops', () => {
    assert.equal(edit('Received: x\r\n'.repeat(101)).refusal?.code, 554);
  });
});

test('recipients of the envelope are To, Cc or blind, each once', () => {
  const mailbox = (address: string) => ({ name: '', address });
  const headers = { to: [mailbox('A@x.test')], cc: [mailbox('b@x.test')] } as unknown as Parameters<
    typeof recipientsOf
  >[1];
  const to = (address: string, notify: string | null = null) => ({
    mailbox: { address },
    parameters: { notify: notify === null ? null : [notify], originalRecipient: null },
  });
  const transaction = {
    parameters: { ret: null, envelopeId: null },
    recipients: [to('a@x.test'), to('b@x.test', 'NEVER'), to('c@x.test'), to('C@X.test')],
  } as unknown as Parameters<typeof recipientsOf>[0];
  assert.deepEqual(
    recipientsOf(transaction, headers).map(({ kind, dsn }) => [kind, dsn?.notify ?? null]),
    [
      ['to', null],
      ['cc', ['NEVER']],
      ['bcc', null],
    ],
  );
});
