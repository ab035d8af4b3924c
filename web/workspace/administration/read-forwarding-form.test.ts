import { expect, test } from 'vitest';
import { emptyForwarding, readForwardingForm } from './read-forwarding-form.ts';

const form = {
  ...emptyForwarding,
  address: ' referrals@clinic.test ',
  targets: 'a@partner.test,\n b@partner.test;',
};

test('one target a line, or however people part them', () => {
  expect(readForwardingForm(form)).toEqual({
    ok: true,
    forwarding: {
      address: 'referrals@clinic.test',
      targets: ['a@partner.test', 'b@partner.test'],
      keepsCopy: false,
    },
  });
});

test('what is wrong is said beside its field, with the entry', () => {
  expect(readForwardingForm({ ...form, address: 'referrals', targets: 'a@partner.test nobody' })).toEqual({
    ok: false,
    faults: { address: 'referrals', targets: 'nobody' },
  });
  expect(readForwardingForm({ ...form, targets: ' \n' })).toEqual({ ok: false, faults: { targets: '' } });
  const many = Array.from({ length: 21 }, (_, n) => `a${n}@partner.test`).join('\n');
  expect(readForwardingForm({ ...form, targets: many })).toEqual({ ok: false, faults: { targets: '' } });
});
