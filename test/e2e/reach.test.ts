// What other servers report of reaching ours: posted as they do, read by an administrator.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { packTlsReport } from '#protocols/tls-rpt/index.ts';
import { openHouse, type House } from './house.ts';
import { signIn } from './workspace-pages.ts';

suite('who could not reach us securely', () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house[Symbol.asyncDispose]());

  for (const width of ['wide', 'narrow', 'least'] as const) {
    test(`is said in words: ${width}`, async () => {
      await using admin = await house.visit(width);
      const { page } = admin;
      const origin = new URL(house.carepost.url).origin;
      const posted = await fetch(`${origin}/api/v1/tls-reports/lakeside.test`, {
        method: 'POST',
        headers: { 'content-type': 'application/tlsrpt+gzip' },
        body: packTlsReport({
          reportId: `report-${width}`,
          organization: 'Another Clinic',
          contact: 'tls@partner.test',
          from: new Date('2026-06-01T00:00:00Z'),
          to: new Date('2026-06-01T23:59:59Z'),
          policies: [
            {
              type: 'sts',
              domain: 'lakeside.test',
              policy: [],
              mxHosts: [],
              succeeded: 12,
              failed: 3,
              failures: [{ result: 'certificate-expired', sessions: 3, receivingMx: 'mx.lakeside.test' }],
            },
          ],
        }),
      });
      assert.equal(posted.status, 201);
      await signIn(page, house.credentials('admin@lakeside.test'));
      await page.goto('/administration/reach');
      await page
        .getByText('The certificate of our mail server had run out. (mx.lakeside.test)')
        .first()
        .waitFor();
      await page.getByText('12 secure, 3 not').first().waitFor();
      await admin.look('reach');
      await page.getByLabel('Domain of the recipients').fill(`${width}.test`);
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').getByText('ask its people by telephone first').waitFor();
      await admin.look('forget');
      await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click();
      await page
        .getByRole('listitem')
        .filter({ hasText: `${width}.test was forgotten` })
        .waitFor();
      assert.deepEqual(admin.troubles, []);
    });
  }
});
