import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiKey, signIn } from '#contract/identity.ts';
import type { Permission } from '#contract/permissions.ts';
import { previewMessage, sendMessage } from '#contract/sending.ts';
import { mainRoad } from '../../../test/support/main-road.ts';
import { staffApi } from '../../../test/support/staff-api.ts';

const road = await mainRoad();
const api = await staffApi(road, { routes: road.sending.routes });
const clinic = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');
const desk = await clinic.addUser('desk', 'front-desk');
const browser = api.caller();
await browser.call(signIn, { body: { email: nurse.email, password: road.password } });

async function programWith(...scopes: Permission[]) {
  const { key } = await browser.call(createApiKey, {
    body: { name: 'A program', scopes, expiresInDays: 30 },
  });
  return api.caller({ bearer: key });
}

const outside = 'somebody@verified.test';
const draft = (to: string[], cc: string[] = []) => ({
  body: { to, cc, subject: 'A subject', text: 'A body.', category: 'clinical' as const },
});
const refusals = () => road.recorded.filter(({ kind }) => kind === 'message.refused').length;

test('who may write to people outside only, writes to them and not to colleagues', async () => {
  const program = await programWith('message.send.external');
  await program.call(sendMessage, draft([outside]));
  await program.call(previewMessage, { body: { to: [outside], category: 'clinical' } });
  const before = refusals();
  const problem = await program.refusal(program.call(sendMessage, draft([outside], [outside, desk.email])));
  assert.equal(problem.code, 'forbidden');
  assert.match(problem.detail, /"message\.send\.internal"/);
  assert.deepEqual(problem.errors, [
    { path: 'cc/1', message: 'This recipient needs the right "message.send.internal".' },
  ]);
  assert.equal(refusals(), before + 1, 'the refusal is on record');
});

test('who may write to colleagues only, writes to them and to nobody outside', async () => {
  const program = await programWith('message.send.internal');
  await program.call(sendMessage, draft([desk.email]));
  const before = refusals();
  const problem = await program.refusal(program.call(previewMessage, draft([desk.email, outside])));
  assert.equal(refusals(), before, 'a look ahead leaves nothing');
  assert.equal(problem.code, 'forbidden');
  assert.match(problem.detail, /"message\.send\.external"/);
  assert.deepEqual(
    problem.errors?.map(({ path }) => path),
    ['to/1'],
  );
});

test('who may do neither is told of each right that is missing', async () => {
  const program = await programWith('delivery.read');
  const problem = await program.refusal(program.call(sendMessage, draft([desk.email, outside])));
  assert.equal(problem.code, 'forbidden');
  assert.match(problem.detail, /"message\.send\.internal".*"message\.send\.external"/);
  assert.deepEqual(
    problem.errors?.map(({ path }) => path),
    ['to/0', 'to/1'],
  );
});

test('what a program sends has the footer of the organisation, in text and HTML', async () => {
  await road.organizations.change({
    organizationId: clinic.organizationId,
    change: { settings: { footer: 'One < two\nlines' } },
    actor: { kind: 'user', userId: clinic.administratorId },
  });
  const program = await programWith('message.send.external');
  const { body } = draft(['footed@verified.test']);
  await program.call(sendMessage, { body: { ...body, html: '<p>A body.</p>' } });
  await road.settle();
  const [arrived] = road.lab.inbox.messagesFor('footed@verified.test');
  const raw = arrived?.raw.toString() ?? '';
  assert.match(raw, /A body\.\r\n\r\nOne < two\r\nlines/);
  assert.match(raw, /<div>One &#60; two<br>\r\nlines<\/div>/);
});
