// The portal: what its promises say, for a patient with a phone, a keyboard, a scanner before them, or another language.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createClient } from '#contract/client.ts';
import { getTimeline, sendMessage } from '#contract/sending.ts';
import type { Visitor } from '../support/browser.ts';
import { openHouse, type House } from './house.ts';
import { codeTo, noticeTo, openByLink } from './portal-pages.ts';

/** What a phone may have to load before it can read a message, bytes gzipped. */
const mostScript = 150 * 1024;

suite('the portal', { concurrency: 1 }, () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house[Symbol.asyncDispose]());

  const script = () => {
    const { url, lab } = house.carepost;
    return createClient(fetch, { origin: url, headers: { authorization: `Bearer ${lab.apiKey.key}` } });
  };
  /** A message that waits for `address` in the portal; answers what its sender sees of it. */
  const offer = async (address: string, subject = 'Your visit') => {
    const { messageId } = await script()(sendMessage, {
      body: {
        to: [address],
        subject,
        text: 'Please come on Tuesday.',
        attachments: [
          { filename: 'how-to-find-us.pdf', contentType: 'application/pdf', contentBase64: 'JVBERi0=' },
        ],
        category: 'appointment',
        options: { protection: 'portal' },
      },
    });
    await house.lab.settle();
    return async () => (await script()(getTimeline, { params: { messageId } })).recipients[0];
  };
  const calm = (visitor: Visitor) => assert.deepEqual(visitor.troubles.splice(0), []);

  test('each screen holds at 320 px, in light and dark', async () => {
    const address = 'least@mail.test';
    await offer(address, 'Laboratory results of the fourteenth of November, Otorhinolaryngology');
    await using patient = await house.visit('least');
    const { page } = patient;
    const { link } = await noticeTo(house.lab, address);
    await page.goto(link);
    await page.getByRole('button', { name: 'Send me a code' }).waitFor();
    await patient.look('portal-landing');
    await page.getByRole('button', { name: 'Not expecting this?' }).click();
    await page.getByText('It is right to be careful').waitFor();
    await patient.look('portal-safety');
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('button', { name: 'Send me a code' }).click();
    await page.getByLabel('Six-digit code').waitFor();
    await page.getByText('Nothing came?').click();
    await patient.look('portal-nothing-came');
    await page.getByLabel('Six-digit code').fill(await codeTo(house.lab, address));
    await page.getByRole('heading', { name: /Otorhinolaryngology/ }).waitFor();
    await patient.look('portal-message');
    await page.getByRole('button', { name: 'Send answer' }).click();
    await page.getByText('Write a few words first.').waitFor();
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'x'.repeat(120), mimeType: 'image/png', buffer: Buffer.alloc(9) });
    await patient.look('portal-reply');
    await page.getByRole('button', { name: 'All messages' }).click();
    await page.getByRole('heading', { name: 'Your messages' }).waitFor();
    await patient.look('portal-inbox');
    calm(patient);
  });

  test('from the link to the answer with the keyboard alone', async () => {
    const address = 'keys@mail.test';
    const journey = await offer(address);
    await using patient = await house.visit('wide');
    const { page } = patient;
    const { link } = await noticeTo(house.lab, address);
    await page.goto(link);
    await page.getByRole('button', { name: 'Send me a code' }).waitFor();
    await press(patient, 'button', 'Send me a code');
    await page.getByLabel('Six-digit code').and(page.locator(':focus')).waitFor();
    await page.keyboard.type(await codeTo(house.lab, address));
    await page.getByRole('heading', { name: 'Your visit' }).waitFor();
    await tabTo(patient, 'textbox', 'Your answer');
    await page.keyboard.type('I will be there.');
    await press(patient, 'button', 'Send answer');
    await page.getByText('Your answer is sent').waitFor();
    await house.lab.settle();
    assert.equal((await journey())?.state, 'replied');
    await press(patient, 'button', 'Sign out');
    await page.getByText('You are signed out').waitFor();
    calm(patient);
  });

  test('in Spanish where the device is, in English when chosen, and it stays chosen', async () => {
    const address = 'idioma@mail.test';
    await offer(address);
    await using patient = await house.visit('narrow', 'es-MX');
    const { page } = patient;
    const { link } = await noticeTo(house.lab, address);
    await page.goto(link);
    await page.getByRole('heading', { name: 'Tiene un mensaje seguro' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'es');
    await patient.look('portal-landing-es');
    await page.getByRole('button', { name: 'Envíenme un código' }).click();
    await page.getByLabel('Código de seis cifras').fill(await codeTo(house.lab, address));
    await page.getByLabel('Su respuesta').waitFor();
    await patient.look('portal-message-es');
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByLabel('Your answer').waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    await page.reload();
    await page.getByLabel('Your answer').waitFor();
    calm(patient);
  });

  test('a scanner with a browser that opened the link first takes nothing from the patient', async () => {
    const address = 'scanned@mail.test';
    const journey = await offer(address);
    const untouched = await journey();
    await using scanner = await house.visit('wide');
    const { link } = await noticeTo(house.lab, address);
    await scanner.page.goto(link);
    await scanner.page.getByRole('button', { name: 'Send me a code' }).waitFor();
    await scanner.page.reload();
    await scanner.page.getByRole('button', { name: 'Send me a code' }).waitFor();
    await house.lab.settle();
    assert.deepEqual(await journey(), untouched);
    assert.equal((await house.lab.received(address)).length, 1);

    await using patient = await house.visit('narrow');
    await openByLink(patient.page, house.lab, address);
    await patient.page.getByRole('heading', { name: 'Your visit' }).waitFor();
    await patient.page.getByLabel('Your answer').waitFor();
    await house.lab.settle();
    assert.equal((await journey())?.state, 'opened');
    calm(patient);
  });

  test('a phone loads less than 150 KB of script to read a message, compressed on the way', async () => {
    const address = 'light@mail.test';
    await offer(address);
    await using patient = await house.visit('narrow');
    const scripts = new Map<string, Promise<Buffer>>();
    const plain: string[] = [];
    patient.page.on('response', (response) => {
      if (response.request().resourceType() !== 'script') return;
      scripts.set(response.url(), response.body());
      if (response.headers()['content-encoding'] === undefined) plain.push(response.url());
    });
    await openByLink(patient.page, house.lab, address);
    await patient.page.getByRole('heading', { name: 'Your visit' }).waitFor();
    assert.ok(scripts.size > 0);
    const bodies = await Promise.all(scripts.values());
    const weight = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
    assert.ok(weight < mostScript, `${weight} bytes`);
    assert.deepEqual(plain, []);
    calm(patient);
  });

  test('a lost notice loses no message: the inbox is found again by the address', async () => {
    const address = 'lost@mail.test';
    await offer(address);
    await using patient = await house.visit('narrow');
    const { page } = patient;
    await page.goto('/portal/lakeside-clinic');
    await page.getByLabel('Your email address').fill(address);
    await patient.look('portal-ask');
    await page.getByRole('button', { name: 'Send me a link' }).click();
    await page.getByText('an email with a link is on its way').waitFor();
    await house.lab.settle();
    await openByLink(page, house.lab, address);
    await page.getByRole('link', { name: /Your visit/ }).click();
    await page.getByLabel('Your answer').waitFor();
    await page.goto('/p/this-link-was-cut-off-in-the-email');
    await page.getByText('This link does not work').waitFor();
    await patient.look('portal-unknown-link');
    calm(patient);
  });

  test('an idle visit is warned, then ended, and nothing stays on the screen', async () => {
    const address = 'idle@mail.test';
    await offer(address);
    await using patient = await house.visit('narrow');
    const { page } = patient;
    await page.clock.install();
    await openByLink(page, house.lab, address);
    await page.getByLabel('Your answer').waitFor();
    const { idleSeconds } = await page.evaluate<{ idleSeconds: number }>(
      "fetch('/portal/api/v1/session').then((answer) => answer.json())",
    );
    await page.clock.fastForward((idleSeconds - 45) * 1000);
    await page.getByRole('dialog', { name: 'Are you still there?' }).waitFor();
    await patient.look('portal-idle');
    await page.clock.fastForward(60_000);
    await page.getByText('we signed you out after a while').waitFor();
    assert.ok(!(await page.content()).includes('Your visit'));
    await patient.look('portal-signed-out-idle');
    // The hands of the test that move the page's clock may not reach into the frame of the message.
    const clockKeptOut = "Blocked script execution in 'about:srcdoc'";
    const troubles = patient.troubles.filter((trouble) => !trouble.includes(clockKeptOut));
    assert.deepEqual(troubles, []);
  });
});

/** Presses Tab until the control has the focus. Throws when it is not reached. */
async function tabTo({ page }: Visitor, role: 'button' | 'textbox', name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await page.getByRole(role, { name }).and(page.locator(':focus')).count()) === 1) return;
  }
  throw new Error(`Tab does not lead to ${role} "${name}"`);
}

async function press(visitor: Visitor, role: 'button', name: string): Promise<void> {
  await tabTo(visitor, role, name);
  await visitor.page.keyboard.press('Enter');
}
