import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { importOrder } from './import-order.ts';

async function plant(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'carepost-order-'));
  for (const [name, text] of Object.entries({
    'package.json':
      '{"type":"module","imports":{"#modules/*":"./server/modules/*","#platform/*":"./server/platform/*"}}',
    ...files,
  })) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

test('the gate sees a planted import against the order, past a surface, and out of the platform', async () => {
  const folder = await plant({
    'server/modules/audit/index.ts':
      "import { send } from '#modules/sending/index.ts';\nexport const record = send;\n",
    'server/modules/sending/index.ts':
      "import { inner } from '#modules/messages/inner.ts';\nexport async function send() { await using held = open(); return inner(held); }\n",
    'server/modules/messages/index.ts': "export { inner } from './inner.ts';\n",
    'server/modules/messages/inner.ts': 'export const inner = (value: unknown) => value;\n',
    'server/platform/log.ts':
      "import { record } from '#modules/audit/index.ts';\nexport const log = record;\n",
  });
  try {
    const { modules, violations } = await importOrder(folder, ['server']);
    assert.equal(modules, 5);
    assert.deepEqual(violations.map(({ rule }) => rule).toSorted(), [
      'module-surface',
      'order-audit',
      'platform-knows-no-product',
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
