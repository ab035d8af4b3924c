import type { ContactKind } from '#contract/contacts.ts';
import type { Role } from '#contract/permissions.ts';

/** Lakeside Clinic, as the lab starts with it. Nobody in it exists. */
export const lakeside = {
  name: 'Lakeside Clinic',
  slug: 'lakeside-clinic',
  domain: 'lakeside.test',
  staff: [
    { email: 'admin@lakeside.test', displayName: 'A. Administrator', role: 'administrator' },
    { email: 'nurse@lakeside.test', displayName: 'A. Nurse', role: 'clinician' },
    { email: 'desk@lakeside.test', displayName: 'Front Desk', role: 'front-desk' },
  ],
  contacts: [
    { kind: 'patient', name: 'Jane Sample', address: 'jane@mail.test', mrn: 'LC-1001' },
    { kind: 'patient', name: 'Luis Sample', address: 'luis@mail.test', mrn: 'LC-1002' },
    { kind: 'patient', name: 'Ana Sample', address: 'ana@notls.test', mrn: 'LC-1003' },
    { kind: 'patient', name: 'Tom Sample', address: 'tom@tls11.test', mrn: 'LC-1004' },
    { kind: 'referrer', name: 'Verified Practice', address: 'office@verified.test' },
    { kind: 'referrer', name: 'Practice with OpenPGP', address: 'pgp@verified.test' },
    { kind: 'referrer', name: 'Laboratory with S/MIME', address: 'smime@verified.test' },
    { kind: 'referrer', name: 'STS Hospital, Ward 3', address: 'ward3@sts.test' },
    { kind: 'referrer', name: 'Self-signed Practice', address: 'office@selfsigned.test' },
    { kind: 'referrer', name: 'Expired Laboratory', address: 'lab@expired.test' },
    { kind: 'customer', name: 'Greylist Supplies', address: 'orders@greylist.test' },
  ],
} as const satisfies {
  name: string;
  slug: string;
  domain: string;
  staff: readonly { email: string; displayName: string; role: Role }[];
  contacts: readonly { kind: ContactKind; name: string; address: string; mrn?: string }[];
};
