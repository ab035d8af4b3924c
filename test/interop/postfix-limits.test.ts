import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { sql } from 'kysely';
import { a, mx } from '../../lab/dns/zone.ts';
import { mainRoad } from '../support/main-road.ts';
import { canRunPostfix, startPostfix } from '../support/postfix.ts';

const count = 12;
const address = '127.0.0.78';

suite('Postfix that takes one connection at a time', { skip: !canRunPostfix() }, () => {
  test('421 slows us down, and everything arrives, once', async () => {
    const road = await mainRoad();
    const folder = await mkdtemp(join(tmpdir(), 'limits-'));
    try {
      const { key, cert } = await road.lab.issueCertificate('mx.limits.test');
      await writeFile(join(folder, 'chain.pem'), `${key}\n${cert}`, { mode: 0o600 });
      await using postfix = await startPostfix({
        address,
        port: road.mailPort,
        settings: {
          myhostname: 'mx.limits.test',
          mydestination: 'limits.test',
          local_recipient_maps: '',
          local_transport: 'discard',
          mynetworks: '127.255.255.255/32',
          smtpd_client_event_limit_exceptions: '',
          smtpd_client_connection_count_limit: '1',
          smtpd_tls_security_level: 'may',
          smtpd_tls_chain_files: join(folder, 'chain.pem'),
        },
      });
      road.lab.dns.setZone({
        name: 'limits.test',
        records: [mx('limits.test', 'mx.limits.test'), a('mx.limits.test', address)],
      });
      const clinic = await road.newOrganizationWithStaff();
      const from = await clinic.addUser('nurse', 'clinician');
      for (let n = 0; n < count; n += 1)
        await road.send({ organization: clinic, from, to: [`one${n}@limits.test`] });
      let lowest = Infinity;
      let told = 0;
      for (let turn = 0; turn < 40; turn += 1) {
        await road.settle();
        const { rows } = await road.database.acrossTenants((tx) =>
          sql<{ concurrency: number; reply_code: number | null }>`
            SELECT concurrency, reply_code FROM delivery.destination`.execute(tx),
        );
        for (const { concurrency, reply_code: code } of rows) {
          lowest = Math.min(lowest, concurrency);
          if (code === 421) told += 1;
        }
        road.clock.advance(60_000);
      }
      const log = await postfix.log();
      assert.match(log, /too many connections|Connection concurrency limit exceeded/);
      assert.ok(told > 0, 'it was heard as 421');
      assert.ok(lowest < 3, 'fewer conversations at a time than at first');
      const states = await road.database.inTenant(clinic.organizationId, (tx) =>
        sql<{ state: string; count: number }>`SELECT state, count(*)::integer AS count FROM delivery.delivery
          WHERE organization_id = ${clinic.organizationId} GROUP BY state`.execute(tx),
      );
      assert.deepEqual(states.rows, [{ state: 'delivered', count }]);
      assert.equal(log.match(/status=sent/g)?.length, count);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
