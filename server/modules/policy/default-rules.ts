import type { Rule } from './rule.ts';

/** The rules of every organisation. Their order is that in which people read them; it decides nothing. */
export const defaultRules: readonly Rule[] = [
  {
    name: 'organization-floor',
    when: 'always',
    demands: { floor: 'organization-setting', expiresInDays: 'organization-setting' },
    because:
      'Your organisation sets the least protection for all its messages, and how long they wait for pick-up.',
    otherwise: '',
  },
  {
    // 45 CFR 164.312(e)(1): these categories carry protected health information by their nature.
    name: 'care-needs-proof',
    when: { category: ['clinical', 'appointment', 'lab-result', 'billing'] },
    demands: { floor: 'tls-verified' },
    because:
      'Messages about care, results, appointments and bills need at least a verified secure connection.',
    otherwise: 'The message is not about care, results, appointments or bills.',
  },
  {
    name: 'sender-asked-for-pick-up',
    when: { asked: 'portal' },
    demands: { floor: 'portal' },
    because: 'You asked for secure pick-up.',
    otherwise: 'You did not ask for secure pick-up.',
  },
  {
    name: 'sender-asked-for-tls',
    when: { asked: 'tls' },
    demands: { floor: 'tls-verified' },
    because: 'You asked for at least a verified secure connection.',
    otherwise: 'You did not ask for a verified secure connection.',
  },
  {
    name: 'sender-asked-for-period',
    when: { asked: 'expiresInDays' },
    demands: { expiresInDays: 'as-asked' },
    because: 'You set how long the message waits for pick-up.',
    otherwise: 'You did not set how long the message waits for pick-up.',
  },
];
