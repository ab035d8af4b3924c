// Keys: made, brought and trusted in the workspace; what goes out encrypted its recipient opens, and what comes in is opened.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { createMessage, encrypt, readKey, readPrivateKey } from 'openpgp';
import { listOwnKeys } from '#contract/keys.ts';
import { writeEncryptedEntity } from '#protocols/openpgp/index.ts';
import type { Visitor } from '../support/browser.ts';
import { sendRaw } from '../support/encrypting-partner.ts';
import { openHouse, type House } from './house.ts';
import { addRecipients, compose, goTo, journeyOf, rowOf, signIn } from './workspace-pages.ts';

const partner = 'pgp@verified.test';
const laboratory = 'smime@verified.test';
const nurseAddress = 'nurse@lakeside.test';

suite('keys', { concurrency: 1 }, () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house[Symbol.asyncDispose]());

  const calm = (visitor: Visitor) => assert.deepEqual(visitor.troubles.splice(0), []);

  for (const width of ['wide', 'narrow'] as const) {
    test(`${width}: the administrator sees whose keys are used, and decides`, async () => {
      await using administrator = await house.visit(width);
      const { page } = administrator;
      await signIn(page, house.credentials('admin@lakeside.test'));
      await goTo(page, 'Keys of others');
      const row = page.getByRole('row').filter({ hasText: laboratory });
      await row.getByText('In use').waitFor();
      await administrator.look('keys');
      if (width === 'narrow') return calm(administrator);
      await row.getByRole('button', { name: `Actions for the key of ${laboratory}` }).click();
      await page.getByRole('menuitem', { name: 'Leave undecided' }).click();
      await row.getByText('Not decided').waitFor();
      await row.getByRole('button', { name: `Actions for the key of ${laboratory}` }).click();
      await page.getByRole('menuitem', { name: 'Trust' }).click();
      await administrator.look('keys-trust');
      await page.getByRole('dialog').getByRole('button', { name: 'Trust' }).click();
      await row.getByText('In use').waitFor();
      await page.getByRole('button', { name: 'Add a key' }).click();
      await administrator.look('keys-add');
      await page.getByLabel('Or the key as text').fill('This is no key');
      await page.getByRole('dialog').getByRole('button', { name: 'Add a key' }).click();
      await page.getByText('neither an OpenPGP public key nor a certificate').waitFor();
      calm(administrator);
    });

    test(`${width}: what a nurse writes to them is encrypted, and they open it`, async () => {
      await using nurse = await house.visit(width);
      const { page } = nurse;
      await signIn(page, house.credentials(nurseAddress));
      await page.goto('/settings/keys');
      if (width === 'wide') {
        await page.getByRole('button', { name: 'Make a key' }).click();
        await page.getByText('Made. Others find it at your domain.').waitFor();
      }
      await page.getByRole('button', { name: 'Public part' }).waitFor();
      await nurse.look('own-keys');
      if (width === 'narrow') return calm(nurse);
      await page.goto('/mail/inbox');

      const subject = `A result for ${width}`;
      const window = await compose(page);
      await addRecipients(window, [partner, laboratory]);
      await window.getByRole('button', { name: new RegExp(`${partner}.*Encrypted with their key`) }).click();
      await page.getByText('Encrypted to their key, which an administrator added.').first().waitFor();
      await nurse.look('compose-keys');
      await page.keyboard.press('Escape');
      await window.getByLabel('Subject').fill(subject);
      await window.getByRole('textbox', { name: 'Message' }).fill('Your potassium is 4.1.');
      await window.getByRole('button', { name: /^Send/ }).click();
      await window.waitFor({ state: 'hidden' });
      for (const address of [partner, laboratory]) {
        const message = await house.lab.awaits(
          address,
          ({ decrypted, text }) => decrypted && text.includes('4.1'),
        );
        assert.match(message.raw, /^Subject: \[\.\.\.\]\r$/m);
        assert.doesNotMatch(message.raw, /potassium/);
      }
      await goTo(page, 'Sent');
      await rowOf(page, subject).first().click();
      await journeyOf(page, partner).getByRole('button').first().click();
      await page.getByText('The key that it is encrypted with').waitFor();
      await nurse.look('receipt-key');
      calm(nurse);
    });

    test(`${width}: what they encrypt and sign is opened, and says who signed`, async () => {
      const subject = `Encrypted for ${width}`;
      const nurseApi = await house.staff(nurseAddress);
      const [own] = (await nurseApi.call(listOwnKeys)).items;
      const secret = join(house.carepost.dataFolder, 'lab/partners/openpgp.key');
      const text = 'Content-Type: text/plain; charset=utf-8\r\n\r\nThe biopsy is benign.\r\n';
      const armored = await encrypt({
        message: await createMessage({ binary: Buffer.from(text) }),
        encryptionKeys: await readKey({ armoredKey: own?.publicText ?? '' }),
        signingKeys: await readPrivateKey({ armoredKey: await readFile(secret, 'utf8') }),
      });
      const header = `From: Practice <${partner}>\r\nTo: <${nurseAddress}>\r\nSubject: ${subject}\r\nMessage-ID: <${width}@verified.test>\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\n`;
      const raw = Buffer.concat([Buffer.from(header), writeEncryptedEntity(armored.toString())]);
      await sendRaw(house.carepost, { from: partner, to: nurseAddress }, raw);

      await using nurse = await house.visit(width);
      await signIn(nurse.page, house.credentials(nurseAddress));
      await rowOf(nurse.page, subject).click();
      const article = nurse.page.getByRole('article');
      await nurse.page.frameLocator('iframe').getByText('The biopsy is benign.').waitFor();
      await article.getByText('Signed by the sender, with a key that is trusted here').waitFor();
      await article.getByText('Came encrypted; it was opened here with your key').waitFor();
      await nurse.look('message-signed');
      calm(nurse);
    });
  }
});
