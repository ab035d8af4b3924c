import { deepEqual, equal } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { createResolver, parseDnsServers } from '#platform/dns/index.ts';
import { readCertificate } from '#protocols/cms/index.ts';
import { statusByCrl, statusByOcsp } from '#protocols/revocation/index.ts';
import { startDnsServer } from '../../../../lab/dns/dns-server.ts';
import { a } from '../../../../lab/dns/zone.ts';
import { testClock } from '../../../../test/support/clock.ts';
import { freePorts } from '../../../../test/support/free-port.ts';
import { runProgram } from '../../../../test/support/run-program.ts';
import { createAskRevocation } from './ask-revocation.ts';

// OpenSSL as the authority: it makes the certificates and the list, and answers by OCSP.
suite('an authority is asked', { concurrency: 1 }, () => {
  const closing: (() => unknown)[] = [];
  after(async () => {
    for (const close of closing.toReversed()) await close();
  });
  const served = new Map<string, Buffer>();
  const asked: string[] = [];
  let ask: ReturnType<typeof createAskRevocation>;
  let guarded: ReturnType<typeof createAskRevocation>;
  let folder: string;
  const path = (name: string) => join(folder, name);
  async function openssl(command: string, ...more: string[]): Promise<void> {
    const { code, output } = await runProgram('openssl', [...command.split(' '), ...more], '', {
      cwd: folder,
    });
    equal(code, 0, output);
  }
  const certificateOf = async (name: string) => new X509Certificate(await readFile(path(`${name}.crt`)));

  let serial = 0x1000;
  async function issue(name: string, extensions: readonly string[]): Promise<void> {
    await writeFile(path(`${name}.ext`), ['[x]', ...extensions].join('\n'));
    await openssl(
      `req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=${name} -keyout ${name}.key -out ${name}.csr`,
    );
    await openssl(
      `x509 -req -in ${name}.csr -CA ca.crt -CAkey ca.key -set_serial ${(serial += 1)} -days 30 -extfile ${name}.ext -extensions x -out ${name}.crt`,
    );
  }
  const line = (state: string, number: number) =>
    `${state === 'V' ? 'V' : 'R'}\t391231235959Z\t${state === 'V' ? '' : `261101000000Z${state.slice(1)}`}\t${number.toString(16).toUpperCase()}\tunknown\t/CN=x\n`;

  const [held, stolen] = [['R,certificateHold'], ['R,keyCompromise']];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'carepost-revocation-'));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    const [ocspPort = 0, filePort = 0] = await freePorts(2);
    await openssl(
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj /CN=Authority -keyout ca.key -out ca.crt',
      '-addext',
      'keyUsage=critical,keyCertSign,cRLSign',
    );
    const files = `http://files.test:${filePort}`;
    const issuer = `caIssuers;URI:${files}/ca.der`;
    const ocsp = `OCSP;URI:http://files.test:${ocspPort}/`;
    const list = `crlDistributionPoints=URI:${files}/list.crl`;
    await issue('good', [`authorityInfoAccess=${issuer},${ocsp}`, list]);
    await issue('bad', [`authorityInfoAccess=${issuer}`, list]);
    await issue('goodByOcsp', [`authorityInfoAccess=${issuer},${ocsp}`]);
    await issue('badByOcsp', [`authorityInfoAccess=${issuer},${ocsp}`]);
    await issue('noIssuer', [list]);
    await issue('silent', ['subjectAltName=email:a@b.test']);
    await issue('responder', ['extendedKeyUsage=OCSPSigning']);
    await issue('impostor', ['extendedKeyUsage=emailProtection']);
    await issue('held', [`authorityInfoAccess=${issuer}`, list]);
    await issue('heldByOcsp', [`authorityInfoAccess=${issuer},${ocsp}`]);
    await issue('stolen', [`authorityInfoAccess=${issuer}`, list]);
    await issue('stolenByOcsp', [`authorityInfoAccess=${issuer},${ocsp}`]);
    await writeFile(
      path('index'),
      ['V', 'R', 'V', 'R', 'V', 'V', 'V', 'V', ...held, ...held, ...stolen, ...stolen]
        .map((state, at) => line(state, 0x1001 + at))
        .join(''),
    );
    await writeFile(path('index.attr'), 'unique_subject = no\n');
    await writeFile(
      path('ca.cnf'),
      '[ca]\ndefault_ca=d\n[d]\ndatabase=index\ndefault_md=sha256\ncrlnumber=crlnumber\n',
    );
    await writeFile(path('crlnumber'), '01\n');
    await openssl('ca -gencrl -config ca.cnf -cert ca.crt -keyfile ca.key -crldays 7 -out list.pem');
    await openssl('crl -in list.pem -outform DER -out list.crl');
    await openssl('x509 -in ca.crt -outform DER -out ca.der');
    for (const name of ['ca.der', 'list.crl']) served.set(`/${name}`, await readFile(path(name)));

    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const file = served.get(request.url ?? '');
      if (file === undefined) response.writeHead(302, { location: '/list.crl' }).end();
      else response.end(file);
    }).listen(filePort, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => server.close());
    await startResponder('responder', ocspPort);
    const zone = { name: 'files.test', records: [a('files.test', '127.0.0.1')] };
    const dns = await startDnsServer({ address: '127.0.0.1', port: 0, zones: [zone] });
    closing.push(() => dns[Symbol.asyncDispose]());
    const clock = testClock(new Date());
    const resolver = createResolver({
      servers: parseDnsServers(dns.server),
      clock,
      timeoutMs: 500,
      rounds: 1,
    });
    const webKeys = { port: 443, trusted: [], allowPrivate: true };
    ask = createAskRevocation({ resolver, clock, webKeys });
    guarded = createAskRevocation({ resolver, clock, webKeys: { ...webKeys, allowPrivate: false } });
  });

  async function startResponder(name: string, port: number): Promise<void> {
    const child = spawn(
      'openssl',
      `ocsp -index index -port ${port} -rsigner ${name}.crt -rkey ${name}.key -CA ca.crt -nmin 60`.split(' '),
      { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    closing.push(async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    });
    // It says so itself; a connection to see whether it listens would keep it busy.
    for await (const said of child.stderr) if (String(said).includes('waiting')) return;
    throw new Error('the responder ended');
  }

  test('by its list, and by OCSP where there is none', async () => {
    for (const [name, status] of [
      ['good', 'good'],
      ['bad', 'revoked'],
      ['goodByOcsp', 'good'],
      ['badByOcsp', 'revoked'],
      ['held', 'on-hold'],
      ['heldByOcsp', 'on-hold'],
      ['stolen', 'revoked'],
      ['stolenByOcsp', 'revoked'],
      ['noIssuer', 'unknown'],
      ['silent', 'nowhere-to-ask'],
    ] as const)
      equal((await ask(await certificateOf(name))).status, status, name);
    // All certificates were looked up in a list that was fetched once.
    equal(asked.filter((each) => each === '/list.crl').length, 1);
  });

  test('a list that was changed, has run out, or is of another authority counts for nothing', async () => {
    const [good, bad] = [
      readCertificate((await certificateOf('good')).raw),
      readCertificate((await certificateOf('bad')).raw),
    ];
    const issuer = readCertificate(served.get('/ca.der') ?? Buffer.alloc(0));
    const crl = served.get('/list.crl') ?? Buffer.alloc(0);
    if (good === null || bad === null || issuer === null) throw new Error('not read');
    const now = new Date();
    equal((await statusByCrl(crl, bad, issuer, now)).status, 'revoked');
    for (let at = 0; at < crl.length; at += 1) {
      const copy = Buffer.from(crl);
      copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
      equal((await statusByCrl(copy, bad, issuer, now)).status, 'unknown', `octet ${at}`);
      equal((await statusByCrl(crl.subarray(0, at), good, issuer, now)).status, 'unknown');
    }
    equal((await statusByCrl(crl, good, issuer, new Date(now.getTime() + 8 * 86_400_000))).status, 'unknown');
    equal((await statusByCrl(crl, good, issuer, new Date(now.getTime() - 86_400_000))).status, 'unknown');
    equal((await statusByCrl(crl, good, good, now)).status, 'unknown');
    equal((await statusByOcsp(crl, good, issuer, now)).status, 'unknown');
  });

  test('an OCSP answer counts only signed by the issuer or by whom it certified for that', async () => {
    const issuer = readCertificate(served.get('/ca.der') ?? Buffer.alloc(0));
    const certificate = readCertificate((await certificateOf('badByOcsp')).raw);
    if (issuer === null || certificate === null) throw new Error('not read');
    const answerOf = async (signer: string, about: string) => {
      await openssl(
        `ocsp -index index -rsigner ${signer}.crt -rkey ${signer}.key -CA ca.crt -nmin 60 -issuer ca.crt -cert ${about}.crt -reqout request.der`,
      );
      await openssl(
        `ocsp -index index -rsigner ${signer}.crt -rkey ${signer}.key -CA ca.crt -nmin 60 -reqin request.der -respout response.der`,
      );
      return readFile(path('response.der'));
    };
    const statusOf = async (answer: Buffer, now = new Date()) =>
      (await statusByOcsp(answer, certificate, issuer, now)).status;
    const answer = await answerOf('responder', 'badByOcsp');
    equal(await statusOf(answer), 'revoked');
    equal(await statusOf(await answerOf('ca', 'badByOcsp')), 'revoked');
    equal(await statusOf(await answerOf('impostor', 'badByOcsp')), 'unknown');
    equal(await statusOf(await answerOf('responder', 'goodByOcsp')), 'unknown');
    equal(await statusOf(answer, new Date(Date.now() + 2 * 3_600_000)), 'unknown');
    for (let at = 0; at < answer.length; at += 1) {
      equal(await statusOf(answer.subarray(0, at)), 'unknown');
      const copy = Buffer.from(answer);
      copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
      const status = await statusOf(copy);
      // Nothing makes a revoked one good; parts that nobody signs may change without effect.
      equal(status === 'good', false, `octet ${at}`);
    }
  });

  test('nobody is asked inside this network, nor at odd ports', async () => {
    asked.length = 0;
    equal((await guarded(await certificateOf('good'))).status, 'unknown');
    deepEqual(asked, []);
  });
});
