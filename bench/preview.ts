// Preview of 100 recipients with warm evidence, over HTTP with an API key: under 50 ms.
import { createClient } from '#contract/client.ts';
import { previewMessage } from '#contract/sending.ts';
import { startCarepost } from '../test/support/carepost.ts';
import { median, report } from './limit.ts';

const limitMs = 50;
const rounds = 21;
const domains = [
  'verified.test',
  'sts.test',
  'selfsigned.test',
  'expired.test',
  'mail.test',
  'notls.test',
  'tls11.test',
  'lakeside.test',
];
const to = Array.from({ length: 100 }, (_, at) => `person${at}@${domains[at % domains.length]}`);

await using carepost = await startCarepost();
const call = createClient(fetch, {
  origin: carepost.url,
  headers: { authorization: `Bearer ${carepost.lab.apiKey.key}` },
});
const preview = () => call(previewMessage, { body: { to, category: 'clinical' } });
await preview(); // asks the servers
await preview();

const times: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const began = performance.now();
  const { recipients } = await preview();
  times.push(performance.now() - began);
  if (recipients.length !== to.length) throw new Error('The preview left somebody out');
}
const milliseconds = Number(median(times).toFixed(1));
report({
  bench: 'preview-100',
  milliseconds,
  slowestMilliseconds: Number(Math.max(...times).toFixed(1)),
  limitMs,
  ratio: Number((milliseconds / limitMs).toFixed(2)),
  ok: milliseconds < limitMs,
});
