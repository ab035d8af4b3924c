// The workspace: what a person does in it, what it does for them, and what it keeps from others.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { sendMessage } from '#contract/sending.ts';
import { createClient } from '#contract/client.ts';
import { sendAsStranger, submitAsMailProgram } from '../../lab/clients.ts';
import type { Visitor } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { hostileBodies, hostileText } from './hostile-letters.ts';
import { openHouse, type House } from './house.ts';
import { addRecipients, compose, goTo, rowOf, signIn } from './workspace-pages.ts';

suite('the workspace', { concurrency: 1 }, () => {
  let house: House;
  let nurse: Visitor;
  const nurseAddress = 'nurse@lakeside.test';

  before(async () => {
    house = await openHouse();
    nurse = await house.visit('wide');
    await signIn(nurse.page, house.credentials(nurseAddress));
  });
  after(() => house[Symbol.asyncDispose]());

  const calm = (visitor: Visitor) => assert.deepEqual(visitor.troubles.splice(0), []);
  const letter = (
    subject: string,
    more: { text?: string; html?: string; tls?: 'if-offered' | 'never' } = {},
  ) =>
    house.lab.send({
      from: 'office@verified.test',
      to: [nurseAddress],
      subject,
      text: 'Good morning.',
      ...more,
    });

  test('what comes from outside says how it came', async () => {
    const { page } = nurse;
    await letter('By TLS');
    await letter('In the clear', { tls: 'never' });
    await rowOf(page, 'By TLS').getByText('Encrypted on the way here').waitFor();
    await rowOf(page, 'In the clear').getByText('Not encrypted on the way here').waitFor();
    await rowOf(page, 'In the clear').click();
    await page
      .getByRole('article')
      .getByText(/not encrypted/i)
      .waitFor();
    await nurse.look('mail-in-the-clear');
    await rowOf(page, 'By TLS').click();
    await page
      .getByRole('article')
      .getByText(/TLS 1\.3/)
      .waitFor();
    await page.getByRole('article').getByText('Proven to be from verified.test').waitFor();
    await page.getByRole('button', { name: 'How is that known?' }).click();
    await page
      .getByRole('article')
      .getByText(/Allowed by the domain/)
      .waitFor();
    await nurse.look('mail-by-tls');
    calm(nurse);
  });

  test('who wrote: proven, not proven, refused', async () => {
    const { page } = nurse;
    await house.lab.send({ from: 'x@sts.test', to: [nurseAddress], subject: 'Who knows', text: 'Hello.' });
    await rowOf(page, 'Who knows').click();
    const article = page.getByRole('article');
    await article.getByText('Not proven: nothing shows that it is from sts.test').waitFor();
    await nurse.look('sender-not-proven');
    const impostor = house.lab.send({
      from: 'x@strict.test',
      to: [nurseAddress],
      subject: 'Not me',
      text: 'Hi',
    });
    await assert.rejects(impostor, /strict\.test asks that mail in its name/);
    calm(nurse);
  });

  test('search finds by a word of the text, and only that', async () => {
    const { page } = nurse;
    await letter('About the referral', { text: 'The zinnia protocol was agreed on.' });
    await house.lab.settle();
    await page.keyboard.press('/');
    await page.keyboard.type('zinnia');
    await page.getByText('One found in Mail').waitFor();
    await rowOf(page, 'About the referral').waitFor();
    assert.equal(await rowOf(page, 'By TLS').count(), 0);
    assert.ok(
      !new URL(page.url()).search.includes('zinnia'),
      'what is searched for stays out of what servers see',
    );
    await nurse.look('search');
    await page.getByRole('searchbox').fill('nowhere-to-be-found');
    await page.getByText('Nothing here matches.').waitFor();
    await nurse.look('search-nothing');
    await page.getByRole('button', { name: 'Show everything' }).click();
    await rowOf(page, 'By TLS').waitFor();
    calm(nurse);
  });

  test('the keyboard does it all: ? j k e c', async () => {
    const { page } = nurse;
    await page.goto('/mail/inbox');
    await rowOf(page, 'About the referral').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await nurse.look('shortcuts');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: 'About the referral' }).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: 'Who knows' }).waitFor();
    await page.keyboard.press('k');
    await page.getByRole('heading', { name: 'About the referral' }).waitFor();
    await page.keyboard.press('e');
    await page.getByText('Archived', { exact: true }).waitFor();
    await rowOf(page, 'About the referral').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await rowOf(page, 'About the referral').waitFor();
    await page.keyboard.press('c');
    await page.getByRole('dialog', { name: 'New message' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'New message' }).waitFor({ state: 'detached' });
    calm(nurse);
  });

  test('a picture from elsewhere is fetched only when asked for', async () => {
    const { page } = nurse;
    let fetched = 0;
    await page.context().route('https://pictures.test/**', (route) => {
      fetched += 1;
      return route.fulfill({
        contentType: 'image/svg+xml',
        body: '<svg xmlns="http://www.w3.org/2000/svg"/>',
      });
    });
    await letter('With a picture', {
      html: '<p>Our new house</p><img src="https://pictures.test/house.svg" alt="house">',
    });
    await rowOf(page, 'With a picture').click();
    await page.frameLocator('iframe').getByText('Our new house').waitFor();
    await page.getByText('One picture from the internet is hidden').waitFor();
    await nurse.look('picture-hidden');
    assert.equal(fetched, 0);
    await page.getByRole('button', { name: 'Show pictures' }).click();
    await eventually('the picture was fetched', async () => (fetched === 1 ? true : undefined));
    calm(nurse);
  });

  test('hostile letters do nothing', async () => {
    await using reader = await house.visit('wide');
    const { page, context } = reader;
    const left: string[] = [];
    await context.route(
      (url) => url.origin !== house.carepost.url,
      (route) => {
        left.push(route.request().url());
        return route.abort();
      },
    );
    const [host = '', port = ''] = house.carepost.ready.mx.split(':');
    const results = await Promise.all(
      [...hostileBodies, hostileText].map((html, index) =>
        sendAsStranger(
          { host, port: Number(port) },
          {
            from: 'stranger@mail.test',
            to: ['desk@lakeside.test'],
            subject: `Hostile ${index}. ${html === hostileText ? hostileText : ''}`,
            html,
            attachments: [{ filename: `${hostileText}.txt`, content: 'x' }],
          },
        ),
      ),
    );
    assert.ok(results.every(({ ok }) => ok));
    await house.lab.settle();
    await signIn(page, house.credentials('desk@lakeside.test'));
    for (const index of results.keys()) {
      await rowOf(page, `Hostile ${index}.`).click();
      await page.getByRole('heading', { name: `Hostile ${index}.` }).waitFor();
      const frame = page.frameLocator('iframe');
      await frame.locator('body').waitFor({ state: 'attached' });
      const active =
        'script, iframe, object, embed, form, input, link, base, svg, math, [onerror], [onload], [href^="javascript:" i]';
      assert.equal(await frame.locator(active).count(), 0, hostileBodies[index]);
      assert.equal(await page.evaluate('globalThis.hacked'), undefined, hostileBodies[index]);
    }
    await reader.look('hostile');
    assert.deepEqual(left, []);
    assert.equal(new URL(page.url()).origin, house.carepost.url);
    assert.deepEqual(
      reader.troubles.filter((trouble) => !trouble.includes('Content Security Policy')),
      [],
    );
  });

  test('a draft survives a reload', async () => {
    const { page } = nurse;
    const window = await compose(page);
    await addRecipients(window, ['office@verified.test']);
    await window.getByLabel('Subject').fill('Half a thought');
    await window.getByLabel('Message text').fill('It begins like this');
    await window.getByText('Saved', { exact: true }).waitFor();
    await page.reload();
    const draft = page.getByRole('dialog', { name: 'Draft' });
    await draft.getByText('It begins like this').waitFor();
    assert.equal(await draft.getByLabel('Subject').inputValue(), 'Half a thought');
    await draft.getByRole('button', { name: 'office@verified.test: Verified' }).waitFor();
    await page.keyboard.press('Escape');
    await goTo(page, 'Drafts');
    await rowOf(page, 'Half a thought').waitFor();
    await nurse.look('drafts');
    calm(nurse);
  });

  test('nobody else sees any of it', async () => {
    await goTo(nurse.page, 'Mail');
    await rowOf(nurse.page, 'By TLS').click();
    await nurse.page.getByRole('heading', { name: 'By TLS' }).waitFor();
    const thread = nurse.page.url();

    await using other = await house.visit('wide');
    const { page } = other;
    await signIn(page, house.credentials('desk@lakeside.test'));
    await rowOf(page, 'Hostile 0.').waitFor();
    assert.equal(await rowOf(page, 'By TLS').count(), 0);
    await page.goto(`${thread.split('?')[0]}`);
    await page.getByText('This conversation is no longer here.').waitFor();
    await other.look('thread-gone');
    await goTo(page, 'Drafts');
    await page.getByText('What you begin to write is kept here').waitFor();
    await goTo(page, 'Mail');
    await page.getByRole('searchbox').fill('zinnia');
    await page.getByText('Nothing here matches.').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Users' }).count(), 0);
    await page.goto('/administration/users');
    await page.getByText('Your role does not allow this.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Add a user' }).count(), 0);
    await other.look('not-allowed');
    calm(other);
  });

  test('an app password made in the settings lets a mail program send', async () => {
    const { page } = nurse;
    await goTo(page, 'Settings');
    await page.getByLabel('Name of the program').fill('Thunderbird');
    await page.getByRole('button', { name: 'Create a password' }).click();
    await page.getByText('shown only this once').waitFor();
    const password = (await page.locator('code').textContent()) ?? '';
    await nurse.look('settings-app-passwords');
    const [host = '', port = ''] = house.carepost.ready.submission.split(':');
    const program = {
      server: { host, port: Number(port) },
      username: nurseAddress,
      certificate: { name: 'mx.lakeside.test', authority: await readFile(house.carepost.lab.caFile, 'utf8') },
    };
    const mail = { from: nurseAddress, to: ['office@verified.test'], subject: 'From my desk', text: 'Hello' };
    assert.equal((await submitAsMailProgram({ ...program, password }, mail)).ok, true);
    await house.lab.settle();
    assert.ok(
      (await house.lab.received('office@verified.test')).some(({ subject }) => subject === mail.subject),
    );

    await page.getByRole('button', { name: 'Revoke: Thunderbird' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('Revoked. It no longer works.').waitFor();
    assert.equal((await submitAsMailProgram({ ...program, password }, mail)).ok, false);
    calm(nurse);
  });

  test('an API key made in the settings lets a script do what it was made for', async () => {
    const { page } = nurse;
    await goTo(page, 'Settings');
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByRole('button', { name: 'Create a key' }).click();
    await page.getByLabel('What is it for?').fill('Billing');
    for (const scope of ['send to colleagues', 'send to people outside'])
      await page.getByLabel(scope).check();
    await nurse.look('settings-new-key');
    await page.getByRole('button', { name: 'Create the key' }).click();
    await page.getByText('shown only this once').waitFor();
    const key = (await page.locator('code').textContent()) ?? '';
    await nurse.look('settings-api-keys');
    const call = createClient(fetch, {
      origin: house.carepost.url,
      headers: { authorization: `Bearer ${key}` },
    });
    const { messageId } = await call(sendMessage, {
      body: { to: ['script@verified.test'], subject: 'By a script', text: 'x', category: 'clinical' },
    });
    assert.ok(messageId.length > 0);
    await page.getByRole('link', { name: 'Sessions' }).click();
    await page.getByText('This one').waitFor();
    await nurse.look('settings-sessions');
    await page.getByRole('link', { name: 'Password', exact: true }).click();
    await page.getByLabel('Current password').waitFor();
    await nurse.look('settings-password');
    calm(nurse);
  });

  test('an administrator adds a user, and the audit log tells who did what', async () => {
    await using admin = await house.visit('wide');
    const { page } = admin;
    await signIn(page, house.credentials('admin@lakeside.test'));
    await goTo(page, 'Users');
    await page.getByRole('button', { name: 'Add a user' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a user' });
    await dialog.getByLabel('Name').fill('A. Therapist');
    await dialog.getByLabel('Email address').fill('therapist@lakeside.test');
    await admin.look('new-user');
    await dialog.getByRole('button', { name: 'Add a user' }).click();
    await page.getByText('shown only this once').waitFor();
    const password = (await page.locator('code').textContent()) ?? '';
    await admin.look('users');

    await using therapist = await house.visit('wide');
    await signIn(therapist.page, { email: 'therapist@lakeside.test', password });

    await goTo(page, 'Audit');
    await house.lab.settle();
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByText('A. Therapist signed in').waitFor();
    await page.getByText('A. Administrator added a user').waitFor();
    await page.getByText('A. Nurse created an API key').waitFor();
    await page.getByText('sealed by a signed checkpoint').waitFor();
    await page.getByText('A. Administrator added a user').click();
    await page.getByText('user.created').waitFor();
    await admin.look('audit');
    calm(admin);
    calm(therapist);
  });

  test('every page holds at 320 px', async () => {
    await using admin = await house.visit('least');
    const { page } = admin;
    await signIn(page, house.credentials('admin@lakeside.test'));
    const pages = {
      '/settings/app-passwords': 'Create a password',
      '/settings/api-keys': 'Create a key',
      '/settings/sessions': 'Sign out everywhere',
      '/settings/password': 'Change the password',
      '/administration/users': 'Add a user',
      '/administration/queue': 'Pause everything',
      '/administration/audit': 'Look again',
    };
    for (const [path, button] of Object.entries(pages)) {
      await page.goto(path);
      await page.getByRole('button', { name: button }).waitFor();
      await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached' });
      await admin.look(path.slice(1).replaceAll('/', '-'));
    }
    await page.goto('/mail/inbox');
    await page.getByRole('button', { name: 'Show the menu' }).click();
    await page.getByRole('link', { name: 'Audit' }).waitFor();
    await admin.look('menu');
    await page.keyboard.press('Escape');
    const window = await compose(page);
    await addRecipients(window, ['a.person.with.a.very.long.name@selfsigned.test', 'not an address']);
    await window.getByText('They get a secure pick-up.').waitFor();
    await admin.look('compose-on-phone');
    calm(admin);
  });

  test('who is idle is warned, may stay, and is signed out with the draft kept', async () => {
    await using idler = await house.visit('wide');
    const { page } = idler;
    await page.clock.install();
    const account = house.credentials(nurseAddress);
    await signIn(page, account);
    const wait = async (seconds: number) => {
      await house.lab.advance(seconds);
      await page.clock.fastForward(seconds * 1000);
    };
    const window = await compose(page);
    await window.getByLabel('Subject').fill('While the time ran out');
    await window.getByText('Saved', { exact: true }).waitFor();
    const warning = page.getByRole('dialog', { name: 'Are you still there?' });
    await wait(13 * 60 + 30);
    await warning.waitFor();
    await idler.look('idle-warning');
    await page.getByRole('button', { name: 'Stay signed in' }).click();
    await warning.waitFor({ state: 'detached' });

    await wait(13 * 60 + 30);
    await warning.waitFor();
    await wait(2 * 60);
    await page.getByText('You are signed out').waitFor();
    await idler.look('signed-out');
    assert.ok(!(await page.content()).includes('While the time ran out'));
    await page.goBack();
    await page
      .getByRole('button', { name: 'Sign in' })
      .or(page.getByRole('link', { name: 'Sign in again' }))
      .waitFor();
    await signIn(page, account);
    await goTo(page, 'Drafts');
    await rowOf(page, 'While the time ran out').waitFor();
    calm(idler);
  });
});
