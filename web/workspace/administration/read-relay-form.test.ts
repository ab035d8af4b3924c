import { describe, expect, it } from 'vitest';
import { emptyRelay, readRelayForm, toRelayForm } from './read-relay-form.ts';

const filled = {
  ...emptyRelay,
  name: 'Exchange',
  networks: '203.0.113.25\n 203.0.113.0/28, 2001:db8::/32',
  senderDomains: ['clinic.example'],
  userId: '0198c0de-0000-7000-8000-000000000001',
};

describe('readRelayForm', () => {
  it('takes lists as people write them', () => {
    const read = readRelayForm(filled);
    expect(read.ok && read.relay.networks).toEqual(['203.0.113.25', '203.0.113.0/28', '2001:db8::/32']);
  });

  it('gives back a relay as it was', () => {
    const read = readRelayForm({ ...filled, fingerprints: 'AB:'.repeat(31) + 'AB' });
    if (!read.ok) throw new Error('It was refused');
    const shown = toRelayForm({ ...read.relay, relayId: 'r', needsToken: false });
    expect(readRelayForm(shown)).toEqual(read);
  });

  it.each([
    ['networks', { networks: '203.0.113.25\nnowhere' }, 'nowhere'],
    ['networks', { networks: '0.0.0.0/0' }, '0.0.0.0/0'],
    ['fingerprints', { fingerprints: 'abcd' }, 'abcd'],
    ['certificateNames', { certificateNames: '203.0.113.25' }, '203.0.113.25'],
    ['name', { name: ' ' }, ''],
    ['senderDomains', { senderDomains: [] }, ''],
    ['userId', { userId: '' }, ''],
    ['ways', { networks: '' }, ''],
  ] as const)('names what is wrong in %s: %o', (field, part, entry) => {
    const read = readRelayForm({ ...filled, ...part });
    expect(read.ok ? null : [...read.faults]).toEqual([[field, entry]]);
  });
});
