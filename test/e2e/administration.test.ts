// What an administrator sets up: domains and their records, servers that send through us, settings.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Visitor } from '../support/browser.ts';
import { openHouse, type House } from './house.ts';
import { goTo, signIn } from './workspace-pages.ts';

suite('what an administrator sets up', { concurrency: 1 }, () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house[Symbol.asyncDispose]());

  async function administrator(width: 'wide' | 'narrow'): Promise<Visitor> {
    const visitor = await house.visit(width);
    await signIn(visitor.page, house.credentials('admin@lakeside.test'));
    return visitor;
  }

  for (const width of ['wide', 'narrow'] as const) {
    test(`${width}: a domain, its records and its keys`, async () => {
      await using admin = await administrator(width);
      const { page } = admin;
      await goTo(page, 'Domains');
      await page.getByRole('link', { name: 'lakeside.test', exact: true }).waitFor();
      await admin.look('domains');
      await page.getByRole('link', { name: 'lakeside.test', exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.getByText('Where to report (TLS-RPT)').waitFor();
      if (width === 'wide') {
        await page.getByRole('button', { name: 'Make the keys' }).click();
        await page.getByText('Made. Publish both records').waitFor();
        await page.getByRole('button', { name: 'Look now' }).click();
        await page.getByText('The key is not published.').first().waitFor();
      }
      await admin.look('domain');
      if (width === 'wide') {
        await page.getByRole('button', { name: 'Destroy the key carepost1e' }).click();
        await page.getByRole('dialog').waitFor();
        await admin.look('domain-destroy');
        await page.getByRole('dialog').getByRole('button', { name: 'Destroy' }).click();
        await page.getByText('v=DKIM1; p=', { exact: true }).waitFor();
      }

      await page.getByRole('link', { name: 'All domains' }).click();
      await page.getByRole('button', { name: 'Add a domain' }).click();
      const dialog = page.getByRole('dialog', { name: 'Add a domain' });
      await dialog.getByLabel('Domain').fill('no domain');
      await page.keyboard.press('Enter');
      await dialog.getByText('This is not a domain name.').waitFor();
      await dialog.getByLabel('Domain').fill(`${width}.lakeside.test`);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Show that the domain is yours' }).waitFor();
      await page.getByRole('button', { name: 'Look for the record' }).click();
      await page.getByText('does not hold the value yet').waitFor();
      await admin.look('domain-proof');
      assert.deepEqual(admin.troubles, []);
    });

    test(`${width}: a server that sends through us, and one that mail goes on to`, async () => {
      await using admin = await administrator(width);
      const { page } = admin;
      await goTo(page, 'Servers of ours');
      await page.getByRole('button', { name: 'Add a server' }).first().click();
      const dialog = page.getByRole('dialog');
      const save = dialog.getByRole('button', { name: 'Save' });
      const named = `Exchange ${width}`;
      await dialog.getByLabel('Name', { exact: true }).fill(named);
      await dialog.getByLabel('What it is').click();
      await page.getByRole('option', { name: 'Microsoft 365' }).click();
      await save.click();
      await dialog.getByText('Give at least one address').waitFor();
      await dialog.getByLabel('Addresses').fill('203.0.113.0/28\nnowhere');
      await save.click();
      await dialog.getByText('“nowhere” is neither an address nor a network').waitFor();
      await admin.look('relay-wrong');
      await dialog.getByLabel('Addresses').fill('203.0.113.0/28');
      await dialog.getByRole('combobox', { name: 'May send from' }).fill('lake');
      await page.getByRole('option', { name: 'lakeside.test', exact: true }).click();
      await dialog.getByRole('combobox', { name: 'Responsible user' }).fill('nurse@');
      await page.getByRole('option', { name: 'A. Nurse (nurse@lakeside.test)' }).click();
      await admin.look('relay-chosen');
      await save.click();
      await page.getByText(`The secret of ${named}.`).waitFor();
      await admin.look('relays');
      const actions = page.getByRole('button', { name: `More for ${named}` });
      await actions.click();
      await page.getByRole('menuitem', { name: 'Change' }).click();
      await dialog.getByLabel('Addresses').fill('203.0.113.77');
      await save.click();
      await page.getByRole('row').filter({ hasText: named }).getByText('203.0.113.77').waitFor();
      await actions.click();
      await page.getByRole('menuitem', { name: 'Remove' }).click();
      await dialog.getByRole('button', { name: 'Remove' }).click();
      await page.getByText('No server may send through this one yet.').waitFor();

      await goTo(page, 'Domains');
      await page.getByRole('link', { name: 'lakeside.test', exact: true }).click();
      await page.getByRole('radio', { name: 'goes on to a mail server of ours' }).check();
      await page.getByLabel('Name of the server').fill('203.0.113.25');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('This is not the name of a server.').waitFor();
      await page.getByLabel('Name of the server').fill('mail.lakeside.test');
      await page.getByRole('heading', { name: 'Where mail goes' }).scrollIntoViewIfNeeded();
      await admin.look('destination');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved. It counts for mail').waitFor();
      await page.getByRole('radio', { name: 'is kept in mailboxes here' }).check();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('link', { name: 'All domains' }).click();
      await page.getByText('Mail is kept in mailboxes here').waitFor();
      assert.deepEqual(admin.troubles, []);
    });

    test(`${width}: an address whose mail goes on to others`, async () => {
      await using admin = await administrator(width);
      const { page } = admin;
      const address = `referrals-${width}@lakeside.test`;
      await goTo(page, 'Forwarding');
      await page.getByText('No address forwards its mail yet.').waitFor();
      await page.getByRole('button', { name: 'Forward an address' }).click();
      const dialog = page.getByRole('dialog');
      const save = dialog.getByRole('button', { name: 'Save' });
      await dialog.getByLabel('Address').fill('referrals@elsewhere.test');
      await dialog.getByLabel('Goes on to').fill('office@verified.test\nnobody');
      await save.click();
      await dialog.getByText('“nobody” is not an email address.').waitFor();
      await dialog.getByLabel('Goes on to').fill('office@verified.test\noffice@selfsigned.test');
      await save.click();
      await dialog.getByText('elsewhere.test is not a proven domain of the organisation.').waitFor();
      await admin.look('forwarding-wrong');
      await dialog.getByLabel('Address').fill(address);
      await save.click();
      await page.getByRole('row').filter({ hasText: address }).getByText('office@selfsigned.test').waitFor();
      await page.getByText('It waits until their servers can take it safely').waitFor();
      await admin.look('forwarding');
      await page.getByRole('button', { name: `More for ${address}` }).click();
      await page.getByRole('menuitem', { name: 'Stop forwarding' }).click();
      await dialog.getByRole('button', { name: 'Stop forwarding' }).click();
      await page.getByText('No address forwards its mail yet.').waitFor();
      await admin.look('forwarding-empty');
      assert.deepEqual(admin.troubles, []);
    });

    test(`${width}: the settings of the organisation`, async () => {
      await using admin = await administrator(width);
      const { page } = admin;
      await goTo(page, 'Organization');
      const sealers = page.getByLabel('Trusted forwarders and mailing lists');
      const save = page.getByRole('button', { name: 'Save' });
      await sealers.fill('lists.example\nno_name');
      await page.getByLabel('Days in quarantine').fill('91');
      await save.click();
      await page.getByText('“no_name” is not a domain.').waitFor();
      await page.getByText('Give a number from 1 to 90.').waitFor();
      await admin.look('organization');
      await sealers.fill(`lists.example ${width}.example`);
      await page.getByLabel('Days in quarantine').fill('14');
      await save.click();
      await page.getByText('Saved.', { exact: true }).waitFor();
      await page.reload();
      assert.equal(await sealers.inputValue(), `lists.example\n${width}.example`);
      assert.deepEqual(admin.troubles, []);
    });
  }
});
