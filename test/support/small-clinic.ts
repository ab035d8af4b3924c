import assert from 'node:assert/strict';
import { createUser } from '#contract/identity.ts';
import { openPortalSession, getPortalMessage, replyFromPortal, requestCode } from '#contract/portal.ts';
import { getTimeline, sendMessage } from '#contract/sending.ts';
import { sendAsStranger, submitAsMailProgram, type Letter } from '../../lab/index.ts';
import { openBrowserSession } from './browser-session.ts';
import type { RunningCarepost } from './carepost.ts';
import { eventually } from './eventually.ts';
import { createOrganization } from './organization-command.ts';
import type { Outside } from './outside.ts';
import type { OsUser } from './run-carepost.ts';
import { signInStaff, type StaffPerson } from './staff-person.ts';

/** Where a carepost listens; its parts may be several processes. */
export type Doors = Pick<RunningCarepost['ready'], 'submission' | 'mx'> & { readonly url: string };

/** An organisation `clinic.test` with an administrator and a nurse. */
export interface SmallClinic {
  nurse(url: string): Promise<StaffPerson>;
  /** What the nurse's mail program signs in with. */
  readonly mailProgram: { readonly username: string; readonly password: string };
  /** Hands over a message as the nurse's mail program does; answers what the server said. */
  submit(submission: string, letter: Omit<Letter, 'from'>): ReturnType<typeof submitAsMailProgram>;
  /**
   * Everything that mail is for, once: from a mail program to a server outside; from outside to the nurse; from the
   * API to a patient who reads and answers in the portal; and the answer in the nurse's mailbox.
   */
  roundTrip(doors: Doors, subject: string): Promise<void>;
}

export const administrator = {
  name: 'An Administrator',
  email: 'admin@clinic.test',
  password: 'quiet-walnut-harbour-91',
};
const nurse = { email: 'nurse@clinic.test', password: 'amber-lantern-orchard-38' };

export function createClinicOrganization(
  environment: Readonly<Record<string, string>>,
  user?: OsUser,
): Promise<void> {
  const clinic = { name: 'A Clinic', slug: 'clinic', domain: 'clinic.test', administrator };
  return createOrganization(environment, clinic, user);
}

/** Adds the nurse by the API of a running carepost that knows the organisation. */
export async function openSmallClinic(url: string, outside: Outside): Promise<SmallClinic> {
  const admin = await signInStaff(url, administrator.email, administrator.password);
  await admin.call(createUser, { body: { ...nurse, displayName: 'A Nurse', role: 'clinician' } });
  const appPassword = await (await signInStaff(url, nurse.email, nurse.password)).newAppPassword();

  const mailProgram = { username: nurse.email, password: appPassword };
  const clinic: SmallClinic = {
    mailProgram,
    nurse: (at) => signInStaff(at, nurse.email, nurse.password),
    submit: (submission, letter) =>
      submitAsMailProgram(
        {
          server: addressOf(submission),
          ...mailProgram,
          certificate: { name: 'mx.clinic.test', authority: outside.lab.caCertificate },
        },
        { from: nurse.email, ...letter },
      ),
    async roundTrip({ url: at, submission, mx }, subject) {
      const sent = await clinic.submit(submission, {
        to: ['office@verified.test'],
        subject: `${subject} out`,
        text: 'All is well.',
      });
      assert.ok(sent.ok, `submission: ${sent.response}`);
      const received = await sendAsStranger(addressOf(mx), {
        from: 'office@verified.test',
        to: [nurse.email],
        subject: `${subject} in`,
        text: 'Thank you.',
      });
      assert.ok(received.ok, `mx: ${received.response}`);
      await outside.awaits('office@verified.test', (message) => message.subject === `${subject} out`);
      const person = await clinic.nurse(at);
      await person.arrived(`${subject} in`);
      await portalVisit(at, person, outside, subject);
      assert.equal(await outside.copies('office@verified.test', `${subject} out`), 1);
      const subjects = await person.everySubject('inbox');
      assert.equal(subjects.filter((one) => one === `${subject} in`).length, 1);
    },
  };
  return clinic;
}

async function portalVisit(
  url: string,
  person: StaffPerson,
  outside: Outside,
  subject: string,
): Promise<void> {
  const patient = `patient-${subject.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}@mail.test`;
  const { messageId } = await person.call(sendMessage, {
    body: { to: [patient], subject: `${subject} portal`, text: 'Your result.', category: 'clinical' },
  });
  const notice = await outside.awaits(patient, ({ links }) => links.some((link) => link.includes('/p/')));
  const token = notice.links.find((link) => link.includes('/p/'))?.split('/p/')[1] ?? '';
  const browser = openBrowserSession(url);
  await browser.call(requestCode, { params: { token } });
  const { codes } = await outside.awaits(patient, (message) => message.codes.length > 0);
  const { offerId } = await browser.call(openPortalSession, {
    params: { token },
    body: { code: codes[0] ?? '' },
  });
  assert.ok(offerId !== null);
  const opened = await browser.call(getPortalMessage, { params: { offerId } });
  assert.equal(opened.subject, `${subject} portal`);
  await browser.call(replyFromPortal, { params: { offerId }, body: { text: 'I have read it.' } });
  await person.arrived(`Re: ${subject} portal`);
  await eventually('the timeline tells of the answer', async () => {
    const { recipients } = await person.call(getTimeline, { params: { messageId } });
    return recipients.some(({ events }) => events.some(({ what }) => what === 'replied')) ? true : undefined;
  });
}

export function addressOf(hostAndPort: string): { host: string; port: number } {
  const [host = '', port = ''] = hostAndPort.split(':');
  return { host, port: Number(port) };
}
