import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUser } from '#contract/identity.ts';
import { startCarepost, type RunningCarepost } from './carepost.ts';
import { freePorts } from './free-port.ts';
import { createOrganization } from './organization-command.ts';
import { startPartner, type Partner } from './partner.ts';
import { signInStaff, type StaffPerson } from './staff-person.ts';

/** A carepost without the lab, as in production, with an organisation `clinic.test`, beside a partner's Postfix. */
export interface Clinic extends AsyncDisposable {
  readonly carepost: RunningCarepost;
  readonly partner: Partner;
  readonly administrator: StaffPerson;
  /** A clinician, signed in. */
  readonly nurse: StaffPerson;
  readonly appPassword: string;
  readonly apiKey: string;
}

const administrator = { email: 'admin@clinic.test', password: 'quiet-walnut-harbour-91' };
const clinician = { email: 'nurse@clinic.test', password: 'amber-lantern-orchard-38' };

export async function startClinic(): Promise<Clinic> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'clinic-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const [mxPort = 0, policyPort = 0] = await freePorts(2);
  const ourMx = { host: '127.0.0.1', port: mxPort };
  const partner = stack.use(
    await startPartner({ ourDomain: 'clinic.test', ourHost: 'mx.clinic.test', ourMx }),
  );
  const environment = {
    CAREPOST_DATA: join(folder, 'data'),
    CAREPOST_HOSTNAME: 'mx.clinic.test',
    CAREPOST_MX: `127.0.0.1:${mxPort}`,
    CAREPOST_TLS_CERT: partner.ours.certificateFile,
    CAREPOST_TLS_KEY: partner.ours.keyFile,
    CAREPOST_TRUSTED_CA: partner.authorityFile,
    CAREPOST_DNS: partner.dns.server,
    CAREPOST_OUTBOUND_PORT: String(partner.port),
    CAREPOST_MTA_STS_PORT: String(policyPort),
  };
  await createOrganization(environment, {
    name: 'A Clinic',
    slug: 'clinic',
    domain: 'clinic.test',
    administrator: { name: 'An Administrator', ...administrator },
  });
  const carepost = stack.use(await startCarepost({ lab: false, dataFolder: folder, environment }));

  const admin = await signInStaff(carepost.url, administrator.email, administrator.password);
  await admin.call(createUser, {
    body: { ...clinician, displayName: 'A Nurse', role: 'clinician', aliases: ['ward@clinic.test'] },
  });
  const nurse = await signInStaff(carepost.url, clinician.email, clinician.password);
  const appPassword = await nurse.newAppPassword();
  const apiKey = await nurse.newApiKey(
    'message.send.internal',
    'message.send.external',
    'message.revoke',
    'delivery.read',
  );

  const started = stack.move();
  return {
    carepost,
    partner,
    administrator: admin,
    nurse,
    appPassword,
    apiKey,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}
