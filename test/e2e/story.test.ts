// The whole story of a secure message, told at a desk and on a phone, and what is left of it afterwards.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { getTimeline, listSentMessages } from '#contract/sending.ts';
import { exportAuditLog, verifyAuditLog } from './audit-log.ts';
import { openHouse, type House } from './house.ts';
import { noticeTo } from './portal-pages.ts';
import { people, tellStory } from './story.ts';
import { journeyOf, goTo, rowOf, signIn } from './workspace-pages.ts';

const widths = ['wide', 'narrow'] as const;

suite('one email to seven people', { concurrency: 1 }, () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house[Symbol.asyncDispose]());

  for (const width of widths) tellStory(width, () => house);

  suite('afterwards', { concurrency: 1 }, () => {
    const journeysOf = async (address: string) => {
      const api = await house.staff('nurse@lakeside.test');
      const { items } = await api.call(listSentMessages);
      const timelines = await Promise.all(
        items.map(({ messageId }) => api.call(getTimeline, { params: { messageId } })),
      );
      return timelines.flatMap(({ recipients }) => recipients.filter((one) => one.address === address));
    };

    test('what was not accepted yet is delivered at the next try, once', async () => {
      await house.lab.advance(3600);
      for (const width of widths) {
        const { greylist } = people(width);
        assert.deepEqual(
          (await journeysOf(greylist)).map(({ state }) => state),
          ['delivered'],
        );
        assert.equal((await house.lab.received(greylist)).length, 1);
      }
    });

    test('the audit log of it all verifies, and a changed copy is found out at the entry', async (t) => {
      const folder = await mkdtemp(join(tmpdir(), 'carepost-audit-'));
      t.after(() => rm(folder, { recursive: true }));
      await house.lab.settle();
      const [whole, changed] = [join(folder, 'whole.jsonl'), join(folder, 'changed.jsonl')];
      await exportAuditLog(house.carepost, whole);
      const verdict = await verifyAuditLog(whole);
      assert.equal(verdict.code, 0, verdict.output);
      assert.equal((JSON.parse(verdict.output) as { ok: boolean }).ok, true);

      const log = await readFile(whole, 'utf8');
      assert.match(log, /message\.revoked|offer\.revoked|delivery\.revoked/);
      const lines = log.split('\n');
      const at = lines.findIndex((line) => line.includes('revoked'));
      lines[at] = (lines[at] ?? '').replace('revoked', 'allowed');
      await writeFile(changed, lines.join('\n'));
      const found = await verifyAuditLog(changed);
      assert.equal(found.code, 1);
      const { sequence } = JSON.parse(lines[at] ?? '') as { sequence: number };
      assert.match(found.output, new RegExp(`\\b${sequence}\\b`));
    });

    test('what has run out can no longer be read, and the portal says so kindly', async () => {
      await house.lab.advance(91 * 86_400);
      for (const width of widths) {
        const { noTls, patient: answered } = people(width);
        await using patient = await house.visit(width);
        const { link } = await noticeTo(house.lab, noTls);
        await patient.page.goto(link);
        await patient.page.getByText('This message is no longer available').waitFor();
        await patient.look('portal-expired');
        assert.deepEqual(patient.troubles, []);

        await using nurse = await house.visit(width);
        await signIn(nurse.page, house.credentials('nurse@lakeside.test'));
        await goTo(nurse.page, 'Sent');
        await rowOf(nurse.page, `planted-subject-${width}`).click();
        await journeyOf(nurse.page, noTls).getByText('Expired before it was read').waitFor();
        await journeyOf(nurse.page, answered).getByText('Expired after it was answered').waitFor();
        await nurse.look('sent-expired');
        assert.deepEqual(nurse.troubles, []);
      }
    });
  });
});
