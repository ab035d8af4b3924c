import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { getTimeline, listSentMessages, type TimelineSchema } from '#contract/sending.ts';
import type * as z from 'zod';
import type { Visitor, Width } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import type { StaffPerson } from '../support/staff-person.ts';
import type { House } from './house.ts';
import { codeTo, noticeTo, otherThan } from './portal-pages.ts';
import { addRecipients, compose, goTo, journeyOf, rowOf, signIn } from './workspace-pages.ts';

type Timeline = z.output<typeof TimelineSchema>;

const verified = 'Verified secure connection';
const pickUp = 'Secure pick-up';

/** The seven, others at each width: no server of the lab has seen them before. */
export function people(width: Width) {
  return {
    colleague: 'desk@lakeside.test',
    practice: `office-${width}@verified.test`,
    hospital: `ward-${width}@sts.test`,
    selfSigned: `office-${width}@selfsigned.test`,
    noTls: `ana-${width}@notls.test`,
    patient: `jane-${width}@mail.test`,
    greylist: `orders-${width}@greylist.test`,
  };
}

/** One email to seven people, each reached in the safest way they can receive; the patient reads and answers. */
export function tellStory(width: Width, openHouse: () => House): void {
  const to = people(width);
  const patientName = `Jane Marigold ${width}`;
  const subject = `Potassium result planted-subject-${width}`;
  const body = `Your potassium is 4.1, planted-body-${width}.`;
  const answer = `Thank you, planted-answer-${width}.`;
  const result = { name: `result-${width}.pdf`, mimeType: 'application/pdf', buffer: randomBytes(40_000) };
  const photo = { name: `rash-${width}.jpg`, mimeType: 'image/jpeg', buffer: randomBytes(30_000) };
  /** What the sender is told before anything is sent, and why. */
  const plans: readonly [string, string, RegExp][] = [
    [to.colleague, 'Stays on this server', /does not leave it/],
    [to.practice, verified, /encrypts and proves who it is/],
    [to.hospital, verified, /published policy names it/],
    [to.selfSigned, pickUp, /made its certificate itself/],
    [to.noTls, pickUp, /does not encrypt/],
    [to.patient, pickUp, /cannot prove who it is/],
    [to.greylist, verified, /encrypts and proves who it is/],
  ];

  suite(`the story at ${width} width`, { concurrency: 1 }, () => {
    let house: House;
    let nurse: Visitor;
    let patient: Visitor;
    /** The nurse once more, at the API. */
    let api: StaffPerson;
    let messageId = '';

    before(async () => {
      house = openHouse();
      nurse = await house.visit(width);
      patient = await house.visit(width);
      api = await house.staff('nurse@lakeside.test');
    });
    after(async () => {
      await nurse[Symbol.asyncDispose]();
      await patient[Symbol.asyncDispose]();
    });
    /** One step of the story; without the one before it there is nothing to look at. */
    let broken = false;
    const step = (name: string, happens: () => Promise<void>) =>
      test(name, async (t) => {
        if (broken) return t.skip('an earlier step failed');
        broken = true;
        await happens().catch(async (error: unknown) => {
          await nurse.picture(`stumbled-${width}-nurse`);
          await patient.picture(`stumbled-${width}-patient`);
          throw error;
        });
        broken = false;
        assert.deepEqual([...nurse.troubles.splice(0), ...patient.troubles.splice(0)], []);
      });
    const timeline = (): Promise<Timeline> => api.call(getTimeline, { params: { messageId } });
    const of = async (address: string) => {
      const found = (await timeline()).recipients.find((recipient) => recipient.address === address);
      assert.ok(found !== undefined);
      return found;
    };
    const happened = async (address: string) => (await of(address)).events.map(({ what }) => what);

    step('the nurse signs in', async () => {
      await nurse.page.goto('/');
      await nurse.page.getByRole('button', { name: 'Sign in' }).waitFor();
      await nurse.look('sign-in');
      await signIn(nurse.page, house.credentials('nurse@lakeside.test'));
      await nurse.look('inbox');
    });

    step('while she writes, each chip says what would happen, and why', async () => {
      const { page } = nurse;
      const window = await compose(page);
      const typed = plans.map(([address]) =>
        address === to.patient ? `${patientName} <${address}>` : address,
      );
      await addRecipients(window, typed);
      for (const [address, what, why] of plans) {
        await window.getByRole('button', { name: `${address}: ${what}` }).click();
        const reason = page.getByRole('dialog', { name: what });
        await reason.getByText(why).first().waitFor();
        if (address === to.selfSigned) await nurse.look('compose-reason');
        await page.keyboard.press('Escape');
        await reason.waitFor({ state: 'hidden' });
      }
      await window.getByText('For one it stays on this server.').waitFor();
      await window.getByText('3 go by a verified secure connection.').waitFor();
      await window.getByText('3 get a secure pick-up.').waitFor();
    });

    step('category, text and file; it is saved by itself', async () => {
      const { page } = nurse;
      const window = page.getByRole('dialog', { name: 'New message' });
      await window.getByLabel('Subject').fill(subject);
      await window.getByLabel('About').click();
      await page.getByRole('option', { name: 'Lab result' }).click();
      await window.getByLabel('Message text').fill(body);
      await window.locator('input[type=file]').setInputFiles(result);
      await window.getByText('39 KB').waitFor();
      await window.getByText('Saved', { exact: true }).waitFor();
      await nurse.look('compose');
    });

    step('Send safely can be undone; the second time it goes', async () => {
      const { page } = nurse;
      await page.getByRole('button', { name: 'Send safely' }).click();
      await page.getByText('Sending to 7 people…').waitFor();
      await nurse.look('undo');
      await page.getByRole('button', { name: 'Undo' }).click();
      const draft = page.getByRole('dialog', { name: 'Draft' });
      await draft.getByText(result.name).waitFor();
      await page.reload(); // leaving the page hands over what still waits
      await draft.getByText(result.name).waitFor();
      await house.lab.settle();
      assert.deepEqual(await house.lab.received(to.practice), []);

      await draft.getByRole('button', { name: 'Send safely' }).click();
      await page.getByText('Sent. Look in Sent').waitFor();
      const sent = await eventually('it is among the sent', async () =>
        (await api.call(listSentMessages)).items.find(
          (item) => item.recipients === 7 && item.acceptedAt > started,
        ),
      );
      messageId = sent.messageId;
    });
    const started = new Date().toISOString();

    step('each of the seven gets it in the safest way that they can receive', async () => {
      const { page } = nurse;
      await house.lab.settle();
      await goTo(page, 'Sent');
      await rowOf(page, subject).waitFor();
      await nurse.look('sent-list');
      await rowOf(page, subject).click();
      await journeyOf(page, to.colleague).getByText('Delivered').waitFor();
      for (const address of [to.practice, to.hospital]) {
        await journeyOf(page, address).getByText('Delivered').waitFor();
        await journeyOf(page, address).getByText(verified).waitFor();
      }
      for (const address of [to.selfSigned, to.noTls, to.patient]) {
        await journeyOf(page, address).getByText('Waiting for pick-up').waitFor();
        await journeyOf(page, address).getByText(pickUp, { exact: true }).waitFor();
      }
      await journeyOf(page, to.greylist).getByText('Not accepted yet, will be tried again').waitFor();
      await journeyOf(page, to.greylist).getByText('asked to try again later').waitFor();
      await nurse.look('sent-timeline');
      const [received, ...more] = await house.lab.received(to.practice);
      assert.match(received?.text ?? '', new RegExp(body));
      assert.equal(received?.tls?.version, 'TLSv1.3');
      assert.deepEqual(more, []);
    });

    step('“Why?” opens the receipt', async () => {
      const { page } = nurse;
      await journeyOf(page, to.hospital).getByRole('button', { name: 'Why?' }).click();
      const receipt = page.getByRole('dialog', { name: 'Why this way?' });
      await receipt.getByText('published policy names it').first().waitFor();
      await receipt.getByText('mx.sts.test', { exact: true }).waitFor();
      await receipt.getByText(/TLSv1\.3, TLS_/).waitFor();
      await nurse.look('receipt');
      await page.keyboard.press('Escape');
      await receipt.waitFor({ state: 'hidden' });
    });

    step('the notice holds nothing of the message', async () => {
      const { notice } = await noticeTo(house.lab, to.patient);
      const { raw, text } = notice;
      for (const planted of ['planted', 'potassium', 'Marigold', result.name, 'Nurse'])
        assert.ok(!`${raw}${text}`.toLowerCase().includes(planted.toLowerCase()), planted);
      assert.match(notice.from, /@lakeside\.test>?$/);
      assert.deepEqual(notice.attachments, []);
    });

    step('looking at the link changes nothing', async () => {
      const { link } = await noticeTo(house.lab, to.patient);
      const earlier = await timeline();
      const token = new URL(link).pathname.split('/').at(-1);
      for (const url of [link, `${house.carepost.url}/portal/api/v1/offers/${token}`]) {
        for (const method of ['HEAD', 'GET', 'GET']) assert.equal((await fetch(url, { method })).status, 200);
      }
      await house.lab.settle();
      assert.deepEqual(await timeline(), earlier);
      assert.equal((await house.lab.received(to.patient)).length, 1);
    });

    step('the patient gets a code; three wrong ones do no harm, the right one opens', async () => {
      const { page } = patient;
      const { link } = await noticeTo(house.lab, to.patient);
      await page.goto(link);
      await page.getByRole('button', { name: 'Send me a code' }).waitFor();
      await patient.look('portal-landing');
      await page.getByRole('button', { name: 'Send me a code' }).click();
      const field = page.getByLabel('Six-digit code');
      await field.waitFor();
      await patient.look('portal-code');
      const code = await codeTo(house.lab, to.patient);
      for (let time = 0; time < 3; time += 1) {
        const refused = page.waitForResponse((response) => response.url().endsWith('/session'));
        await field.fill(otherThan(code));
        await refused;
        await page.getByText('That code is not right.').waitFor();
        await field.and(page.locator(':enabled')).waitFor();
      }
      await patient.look('portal-code-wrong');
      await field.fill(code);
      await page.getByRole('heading', { name: subject }).waitFor();
      await page.frameLocator('iframe').getByText(body).waitFor();
      await patient.look('portal-message');
    });

    step('the patient downloads what was attached, byte for byte', async () => {
      assert.deepEqual(await download(patient.page, /Download result/), result.buffer);
    });

    step('the patient answers with a file, and signs out', async () => {
      const { page } = patient;
      await page.getByLabel('Your answer').fill(answer);
      await page.locator('input[type=file]').setInputFiles(photo);
      await page.getByText(photo.name).waitFor();
      await patient.look('portal-reply');
      await page.getByRole('button', { name: 'Send answer' }).click();
      await page.getByText('Your answer is sent').waitFor();
      await patient.look('portal-reply-sent');
      await page.getByRole('button', { name: 'All messages' }).click();
      await page.getByText('Answered').waitFor();
      await patient.look('portal-inbox');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByText('You are signed out').waitFor();
      await patient.look('portal-signed-out');
      await page.goBack();
      await page.getByText('You are signed out').waitFor();
      assert.ok(!(await page.content()).includes('planted'));
      await page.goto('/portal/messages'); // the server, too, has ended the visit
      await page.getByText('You are signed out').waitFor();
    });

    step('the answer is in the nurse’s inbox, in its thread, with its file', async () => {
      const { page } = nurse;
      await goTo(page, 'Mail');
      await rowOf(page, subject).click();
      const messages = page.getByRole('article');
      await page.frameLocator('article:last-of-type iframe').getByText(answer).waitFor();
      assert.equal(await messages.count(), 2);
      await page.getByText('Written in the secure portal').waitFor();
      await nurse.look('inbox-reply');
      assert.deepEqual(await download(page, new RegExp(photo.name)), photo.buffer);
    });

    step('the timeline shows opened, downloaded and answered', async () => {
      const { page } = nurse;
      assert.deepEqual((await happened(to.patient)).slice(-3), ['opened', 'downloaded', 'replied']);
      await goTo(page, 'Sent');
      await rowOf(page, subject).click();
      await journeyOf(page, to.patient).getByText('Answered').waitFor();
      await journeyOf(page, to.patient).getByRole('button', { name: 'Why?' }).click();
      const receipt = page.getByRole('dialog', { name: 'Why this way?' });
      for (const words of ['Opened for the first time.', 'An attachment was downloaded.', 'Answered.'])
        await receipt.getByText(words).waitFor();
      await nurse.look('receipt-answered');
      await page.keyboard.press('Escape');
      await receipt.waitFor({ state: 'hidden' });
    });

    step('five wrong codes lock, and everybody is told', async () => {
      const { page } = patient;
      const { link } = await noticeTo(house.lab, to.selfSigned);
      await page.goto(link);
      await page.getByRole('button', { name: 'Send me a code' }).click();
      const field = page.getByLabel('Six-digit code');
      await field.waitFor();
      const wrong = otherThan(await codeTo(house.lab, to.selfSigned));
      for (let time = 0; time < 5; time += 1) {
        const refused = page.waitForResponse((response) => response.url().endsWith('/session'));
        await field.fill(wrong);
        await refused;
        if (time < 4) await field.and(page.locator(':enabled')).waitFor();
      }
      await page.getByText('Let us wait a little').waitFor();
      await patient.look('portal-locked');
      await house.lab.settle();
      const { text, links, codes } = await house.lab.awaits(to.selfSigned, ({ subject }) =>
        /code/i.test(subject),
      );
      assert.match(text, /15 minutes/);
      assert.deepEqual([links, codes], [[], []]);
      assert.equal((await happened(to.selfSigned)).at(-1), 'locked');
      assert.equal((await of(to.selfSigned)).state, 'notified');
    });

    step('what is revoked can no longer be read, and the portal says so kindly', async () => {
      const { page } = nurse;
      await journeyOf(page, to.selfSigned).getByRole('button', { name: 'More for' }).click();
      await nurse.look('journey-menu');
      await page.getByRole('menuitem', { name: 'Revoke' }).click();
      const asking = page.getByRole('dialog', { name: 'Take this message back?' });
      await asking.waitFor();
      await nurse.look('revoke');
      await asking.getByRole('button', { name: 'Revoke' }).click();
      await journeyOf(page, to.selfSigned).getByText('Taken back').waitFor();

      const { link } = await noticeTo(house.lab, to.selfSigned);
      await patient.page.goto(link);
      await patient.page.getByText('This message was taken back').waitFor();
      await patient.look('portal-revoked');
      assert.equal((await of(to.selfSigned)).state, 'revoked');
    });
  });
}

async function download(page: Page, name: RegExp): Promise<Buffer> {
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name }).or(page.getByRole('button', { name })).click();
  return readFile(await (await waiting).path());
}
