import { describe, expect, it } from 'vitest';
import type { Email } from '../../api/jmap/types.ts';
import { forwardDraft, replyDraft } from './start-draft.ts';

const person = (email: string) => ({ name: null, email });

const received: Email = {
  id: 'm',
  threadId: 't',
  mailboxIds: {},
  keywords: {},
  receivedAt: '2026-06-10T12:00:00Z',
  preview: '',
  hasAttachment: true,
  from: [person('patient@x.test')],
  to: [person('Me@clinic.test'), person('colleague@clinic.test')],
  cc: [person('doctor@x.test'), person('patient@x.test')],
  bcc: null,
  replyTo: null,
  subject: 'RE: re: Results',
  sentAt: null,
  messageId: ['2@x'],
  inReplyTo: ['1@x'],
  references: ['0@x', '1@x'],
  size: 1,
  attachments: [
    {
      partId: '2',
      blobId: 'b',
      size: 5,
      name: 'a.pdf',
      type: 'application/pdf',
      disposition: 'attachment',
      cid: null,
    },
  ],
  textBody: [
    { partId: '1', blobId: null, size: 5, name: null, type: 'text/plain', disposition: null, cid: null },
  ],
  htmlBody: [],
  bodyValues: { 1: { value: 'One\n<two>\n\nThree', isTruncated: false } },
  'carepost:category': 'lab-result',
};

const words = { own: ['me@clinic.test'], introduce: () => 'They wrote:' };
const addresses = (list: { email: string }[]) => list.map(({ email }) => email);

describe('replyDraft', () => {
  it('answers the sender alone', () => {
    const draft = replyDraft(received, false, 'clinical', words);
    expect(addresses(draft.to)).toEqual(['patient@x.test']);
    expect(draft.cc).toEqual([]);
    expect(draft).toMatchObject({
      subject: 'Re: Results',
      category: 'clinical',
      inReplyTo: ['2@x'],
      references: ['0@x', '1@x', '2@x'],
      attachments: [],
    });
  });

  it('answers everyone else once, never oneself', () => {
    const draft = replyDraft(received, true, 'clinical', words);
    expect(addresses(draft.to)).toEqual(['patient@x.test']);
    expect(addresses(draft.cc)).toEqual(['colleague@clinic.test', 'doctor@x.test']);
  });

  it('goes to those whom one has written to, when answering oneself', () => {
    const own = { ...received, from: [person('me@clinic.test')], to: [person('patient@x.test')], cc: null };
    expect(addresses(replyDraft(own, false, 'clinical', words).to)).toEqual(['patient@x.test']);
  });

  it('goes where the sender wants answers', () => {
    const elsewhere = { ...received, replyTo: [person('desk@x.test')] };
    expect(addresses(replyDraft(elsewhere, false, 'clinical', words).to)).toEqual(['desk@x.test']);
  });

  it('quotes text line by line, escaped', () => {
    expect(replyDraft(received, false, 'clinical', words).html).toContain(
      '<blockquote><p>One<br>&lt;two&gt;</p><p>Three</p></blockquote>',
    );
  });
});

describe('forwardDraft', () => {
  it('takes the attachments along and nobody with them', () => {
    const draft = forwardDraft(received, 'clinical', words);
    expect(draft).toMatchObject({ to: [], subject: 'Fwd: RE: re: Results', inReplyTo: [] });
    expect(draft.attachments).toEqual([{ blobId: 'b', name: 'a.pdf', type: 'application/pdf', size: 5 }]);
  });
});
