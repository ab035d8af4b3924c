import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { MessageId } from '#contract/ids.ts';
import { BlobError, type BlobStore } from '#platform/blobs/index.ts';
import { newId } from '#platform/ids.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { testMessages } from '../../../test/support/messages.ts';
import { inlineLimitBytes } from './content-sink.ts';
import { openIntake, type IntakeOptions } from './intake.ts';
import type { IntakeReceipt } from './message.ts';

const db = await testDatabase();
const { messages, blobs } = await testMessages(db);
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const organizationId = db.newOrganization();
const header = 'From: a@x.test\r\nBcc: hidden@x.test\r\nSubject: s\r\n\r\n';

async function take(raw: Buffer, size: number, options: Partial<IntakeOptions> = {}): Promise<IntakeReceipt> {
  const intake = messages.openIntake(organizationId, { limitBytes: 100_000_000, ...options });
  const reused = Buffer.alloc(size);
  for (let at = 0; at < raw.length; at += size) {
    const length = raw.copy(reused, 0, at, at + size);
    await intake.write(reused.subarray(0, length)); // the same memory again and again: what is kept must be copied
  }
  return intake.finish();
}
async function storeAndRead(intake: IntakeReceipt): Promise<Buffer> {
  const messageId = newId<MessageId>();
  await db.database.inTenant(organizationId, (tx) =>
    messages.store(tx, [{ messageId, organizationId, intake, direction: 'inbound', category: 'clinical' }]),
  );
  return messages.readRaw(organizationId, messageId);
}
const blobCount = async () => (await Array.fromAsync(blobs.list('messages/'))).length;

describe('intake', () => {
  it('takes bytes in pieces of any size', async () => {
    const raw = Buffer.from(`${header}${'line\r\n'.repeat(200)}`);
    for (const size of [1, 7, 64, 4096]) {
      const receipt = await take(raw, size);
      assert.deepEqual([receipt.sizeBytes, receipt.headers.subject], [raw.length, 's']);
      assert.deepEqual(await storeAndRead(receipt), raw);
    }
  });
  it('keeps small content in the row and spills what is larger, with the same result', async () => {
    for (const extra of [-1, 0, 1, 70_000, 1_000_000]) {
      const raw = Buffer.concat([Buffer.from(header), randomBytes(inlineLimitBytes - header.length + extra)]);
      const receipt = await take(raw, 16_384);
      assert.equal(receipt.content === null, extra > 0);
      assert.deepEqual(await storeAndRead(receipt), raw);
    }
  });
  it('edits the header once, before anything is stored', async () => {
    const raw = Buffer.from(`${header}Bcc: body\r\n`);
    for (const size of [1, 4096]) {
      const receipt = await take(raw, size, {
        editHeader: (section) => {
          assert.ok(section.fields.some((field) => field.key === 'bcc'));
          return { remove: new Set(['bcc']), prepend: [{ name: 'Message-ID', value: '<new@x>' }] };
        },
      });
      assert.equal(receipt.headers.messageId, 'new@x');
      const stored = await storeAndRead(receipt);
      assert.equal(
        stored.toString(),
        'Message-ID: <new@x>\r\nFrom: a@x.test\r\nSubject: s\r\n\r\nBcc: body\r\n',
      );
      assert.equal(receipt.sizeBytes, stored.length);
    }
  });
  it('takes what has no body, no header or nothing at all', async () => {
    for (const text of ['Subject: s', 'Subject: s\r\n', '\r\nbody', '']) {
      assert.equal((await storeAndRead(await take(Buffer.from(text), 3))).toString(), text);
    }
  });
  it('gives back any message', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 2000 }),
        fc.integer({ min: 1, max: 100 }),
        async (body, size) => {
          const raw = Buffer.concat([Buffer.from(header), body]);
          assert.deepEqual(await storeAndRead(await take(raw, size)), raw);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('refusal', () => {
  it('comes as soon as the limit is passed, and what follows is dropped', async () => {
    const before = await blobCount();
    for (const limitBytes of [100, 300_000]) {
      const intake = messages.openIntake(organizationId, { limitBytes });
      const isRefused = () => intake.refusal !== null;
      await intake.write(Buffer.from(header));
      await intake.write(Buffer.alloc(limitBytes - header.length));
      assert.ok(!isRefused());
      await intake.write(Buffer.alloc(1));
      assert.equal(intake.refusal?.code, 'too-large');
      await intake.write(Buffer.alloc(1_000_000));
      await assert.rejects(intake.finish(), { code: 'too-large' });
    }
    assert.equal(await blobCount(), before);
  });
  const cases: Array<[string, string, string]> = [
    ['a header without end', 'x'.repeat(300_000), 'too-large'],
    ['a header of 2,001 fields', `${'A: 1\r\n'.repeat(2001)}\r\n`, 'too-large'],
    ['a bare line feed', 'A: 1\nBcc: x\r\n\r\n', 'invalid-message'],
    ['a bare carriage return at the very end', 'A: 1\r', 'invalid-message'],
    ['a line that is no field', 'hello\r\n\r\n', 'invalid-message'],
    ['a NUL', 'A: \0\r\n\r\n', 'invalid-message'],
  ];
  for (const [name, text, code] of cases) {
    it(name, async () => {
      for (const size of [1009, 1_000_000]) await assert.rejects(take(Buffer.from(text), size), { code });
    });
  }
  it('an edit that would break the header is a defect of the caller', async () => {
    const edit = { prepend: [{ name: 'X', value: 'a\r\nBcc: b' }] };
    await assert.rejects(take(Buffer.from(header), 4096, { editHeader: () => edit }), RangeError);
  });
});

describe('spilling', () => {
  const large = Buffer.concat([Buffer.from(header), Buffer.alloc(1_000_000, 'x')]);

  it('holds little memory for a message of 25 MB', async () => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const intake = messages.openIntake(organizationId, { limitBytes: 30_000_000 });
    await intake.write(Buffer.from(header));
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let sent = 0; sent < 25_000_000; sent += chunk.length) {
      await intake.write(chunk);
      if (sent % (chunk.length * 32) === 0) collectGarbage();
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    const receipt = await intake.finish();
    assert.ok(most < 12_000_000, `${most} bytes were held`);
    let length = 0;
    const messageId = newId<MessageId>();
    await db.database.inTenant(organizationId, (tx) =>
      messages.store(tx, [
        { messageId, organizationId, intake: receipt, direction: 'inbound', category: 'clinical' },
      ]),
    );
    for await (const piece of messages.openRawStream(organizationId, messageId)) {
      assert.ok(piece.length <= 64 * 1024);
      length += piece.length;
    }
    assert.equal(length, receipt.sizeBytes);
  });
  it('makes the writer wait for a slow store', async () => {
    const gate = Promise.withResolvers<void>();
    const slow: BlobStore = {
      ...blobs,
      async write(key, source) {
        await gate.promise;
        await blobs.write(key, source);
      },
    };
    const intake = openIntake({ keyring: db.keyring, blobs: slow }, organizationId, {
      limitBytes: 10_000_000,
    });
    const waiting = intake.write(large);
    assert.ok(waiting instanceof Promise);
    gate.resolve();
    await waiting;
    assert.equal((await intake.finish()).sizeBytes, large.length);
  });
  it('tells of a store that fails, at the end and without a stuck writer', async () => {
    const failing: BlobStore = {
      ...blobs,
      async write(_key, source) {
        for await (const _ of source) throw new BlobError('blob-store-unavailable', 'No room.');
      },
    };
    const intake = openIntake({ keyring: db.keyring, blobs: failing }, organizationId, {
      limitBytes: 10_000_000,
    });
    for (let at = 0; at < 5; at += 1) await intake.write(large);
    await assert.rejects(intake.finish(), { code: 'blob-store-unavailable' });
  });
  it('leaves nothing behind when it is given up or discarded', async () => {
    const before = await blobCount();
    const intake = messages.openIntake(organizationId, { limitBytes: 10_000_000 });
    await intake.write(large);
    await intake.abort();
    assert.equal(await blobCount(), before);
    const receipt = await messages.fromRaw(organizationId, large);
    assert.equal(await blobCount(), before + 1);
    await messages.discard(receipt);
    assert.equal(await blobCount(), before);
  });
});
