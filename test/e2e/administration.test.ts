// What an administrator sets up: domains and their records.
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
  }
});
