// A script with curl and an API key; and the description of the API, judged by somebody else's validator.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { eventually } from '../support/eventually.ts';
import { runProgram } from '../support/run-program.ts';

interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: Record<string, unknown>;
}

suite('curl → carepost', { concurrency: 1 }, () => {
  let carepost: RunningCarepost;
  before(async () => {
    carepost = await startCarepost();
  });
  after(() => carepost[Symbol.asyncDispose]());

  async function curl(path: string, ...parameters: string[]): Promise<Answer> {
    const { code, output } = await runProgram('curl', [
      '-s',
      '-S',
      '-i',
      `${carepost.url}${path}`,
      ...parameters,
    ]);
    assert.equal(code, 0, output);
    const [head = '', ...rest] = output.split('\r\n\r\n');
    return {
      status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
      headers: head,
      body: JSON.parse(rest.join('\r\n\r\n')) as Answer['body'],
    };
  }
  const withKey = () => ['-H', `Authorization: Bearer ${carepost.lab.apiKey.key}`];
  const json = (value: unknown) => [
    '-H',
    'Content-Type: application/json',
    '--data-binary',
    JSON.stringify(value),
  ];
  const letter = {
    to: ['office@verified.test'],
    subject: 'From a script',
    text: 'script-body',
    category: 'clinical',
  };

  test('the same Idempotency-Key twice is one message', async () => {
    const send = () =>
      curl(
        '/api/v1/messages',
        ...withKey(),
        '-H',
        'Idempotency-Key: statement-2026-11-0001',
        ...json(letter),
      );
    const [first, second] = [await send(), await send()];
    assert.equal(first.status, 201);
    assert.equal(second.status, 201);
    assert.deepEqual(second.body, first.body);
    assert.match(second.headers, /^idempotent-replayed: true/im);
    const other = await curl(
      '/api/v1/messages',
      ...withKey(),
      '-H',
      'Idempotency-Key: statement-2026-11-0001',
      ...json({ ...letter, text: 'other' }),
    );
    assert.equal(other.status, 422);
    assert.equal(other.body['code'], 'idempotency-key-reused');

    const timeline = await eventually('it is delivered', async () => {
      const { body } = await curl(
        `/api/v1/messages/${String(first.body['messageId'])}/timeline`,
        ...withKey(),
      );
      const recipients = body['recipients'] as { state: string; protection: string }[];
      return recipients[0]?.state === 'delivered' ? recipients : undefined;
    });
    assert.equal(timeline[0]?.protection, 'tls-verified');
    const { body } = await curl('/lab/inboxes/office@verified.test');
    assert.equal((body['messages'] as unknown[]).length, 1);
  });

  test('many at once with one key are still one message', async () => {
    const send = () =>
      curl(
        '/api/v1/messages',
        ...withKey(),
        '-H',
        'Idempotency-Key: all-at-once-0002',
        ...json({ ...letter, to: ['crowd@verified.test'] }),
      );
    const answers = await Promise.all(Array.from({ length: 8 }, send));
    assert.ok(
      answers.every(({ status }) => status === 201 || status === 409),
      answers.map(({ status }) => status).join(),
    );
    assert.equal(
      new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body['messageId'])).size,
      1,
    );
    await eventually('it is delivered', async () =>
      ((await curl('/lab/inboxes/crowd@verified.test')).body['messages'] as unknown[]).length > 0
        ? true
        : undefined,
    );
    await curl('/lab/settle', '-X', 'POST');
    assert.equal(((await curl('/lab/inboxes/crowd@verified.test')).body['messages'] as unknown[]).length, 1);
  });

  test('preview says what would happen, and nothing happens', async () => {
    const to = [
      'preview@verified.test',
      'preview@sts.test',
      'preview@selfsigned.test',
      'preview@expired.test',
      'preview@tls11.test',
      'preview@notls.test',
    ];
    const { status, body } = await curl(
      '/api/v1/messages/preview',
      ...withKey(),
      ...json({ to, category: 'clinical' }),
    );
    assert.equal(status, 200);
    const recipients = body['recipients'] as {
      address: string;
      protection: string;
      reason: string;
      candidates: unknown[];
    }[];
    assert.deepEqual(Object.fromEntries(recipients.map(({ address, protection }) => [address, protection])), {
      'preview@verified.test': 'tls-verified',
      'preview@sts.test': 'tls-sts',
      'preview@selfsigned.test': 'portal',
      'preview@expired.test': 'portal',
      'preview@tls11.test': 'portal',
      'preview@notls.test': 'portal',
    });
    assert.ok(recipients.every(({ reason, candidates }) => reason !== '' && candidates.length > 0));
    await curl('/lab/settle', '-X', 'POST');
    const { inboxes } = (await curl('/lab/inboxes')).body as { inboxes: { address: string }[] };
    assert.deepEqual(
      inboxes.filter(({ address }) => address.startsWith('preview@')),
      [],
    );
  });

  test('refusals are problem details that say what was wrong', async () => {
    const cases = [
      [await curl('/api/v1/messages', ...json(letter)), 401, 'not-signed-in'],
      [
        await curl('/api/v1/messages', '-H', 'Authorization: Bearer cp_no', ...json(letter)),
        401,
        'not-signed-in',
      ],
      [await curl('/api/v1/users', ...withKey()), 403, 'forbidden'],
      [
        await curl('/api/v1/messages', ...withKey(), ...json({ ...letter, category: 'marketing' })),
        403,
        'category-not-allowed',
      ],
      [
        await curl('/api/v1/messages', ...withKey(), ...json({ ...letter, to: ['not an address'] })),
        400,
        'invalid-address',
      ],
      [
        await curl('/api/v1/messages', ...withKey(), ...json({ ...letter, category: 'gossip' })),
        400,
        'invalid-request',
      ],
      [
        await curl(
          '/api/v1/messages',
          ...withKey(),
          '-H',
          'Content-Type: application/json',
          '--data-binary',
          '{"to":',
        ),
        400,
        'invalid-request',
      ],
      [
        await curl(
          '/api/v1/messages',
          ...withKey(),
          '-H',
          'Content-Type: text/plain',
          '--data-binary',
          'hello',
        ),
        415,
        'unsupported-media-type',
      ],
      [
        await curl('/api/v1/messages/00000000-0000-7000-8000-000000000000/timeline', ...withKey()),
        404,
        'not-found',
      ],
    ] as const;
    for (const [{ status, headers, body }, expected, code] of cases) {
      assert.deepEqual([status, body['code']], [expected, code], JSON.stringify(body));
      assert.match(headers, /^content-type: application\/problem\+json/im);
      assert.ok(String(body['detail']).length > 10);
    }
  });

  test('openapi.json is valid OpenAPI 3.1, and every path in it exists', async () => {
    const { body } = await curl('/api/openapi.json');
    const validator = new Validator();
    const { valid, errors } = await validator.validate(body);
    assert.ok(valid, JSON.stringify(errors)?.slice(0, 3000));
    assert.equal(validator.version, '3.1');
    const paths = body['paths'] as Record<string, Record<string, unknown>>;
    assert.ok(Object.keys(paths).length > 30);
    const asked = ['/api/v1/messages', '/api/v1/messages/preview', '/portal/api/v1/inbox', '/jmap/api'];
    assert.deepEqual(
      asked.filter((path) => paths[path] === undefined),
      [],
    );
  });
});
