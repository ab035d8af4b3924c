/** Addresses of the organisation whose mail goes on to others. */
export const forwarding = {
  forwarding: {
    add: 'Forward an address',
    lead: 'Mail for these addresses goes on to others as it came. It is handed over only on secure connections to servers that prove their names. What cannot be handed over like that within three days goes back to its sender.',
    empty:
      'No address forwards its mail yet. Referrals that a partner takes over, for example, can go on to them.',
    address: 'Address',
    goesTo: 'Goes on to',
    copy: 'and stays in the mailbox',
    failures_one: 'One message could not be forwarded, {{when}}.',
    failures_other: '{{count}} messages could not be forwarded, the last one {{when}}.',
    change: 'Change',
    changeTitle: 'Change {{address}}',
    save: 'Save',
    saved: 'Mail for {{address}} goes on from now on.',
    doubts:
      'Saved. Mail for {{address}} cannot go on to everybody just now. It waits until their servers can take it safely, three days at most:',
    doubt: '{{address}}: {{because}}',
    remove: 'Stop forwarding',
    removeTitle: 'Stop forwarding {{address}}?',
    removeText:
      'If one of your users has the address, its mail comes to their mailbox again. Otherwise it is refused, and senders hear that there is no such address.',
    removed: 'Mail for {{address}} is not forwarded any more.',
    addressHint: 'At one of your proven domains. A user may have it, or nobody.',
    targets: 'Goes on to',
    targetsHint: 'One address a line, up to 20.',
    keepsCopy: 'Keep a copy in the mailbox',
    keepsCopyHint: 'For the user who has the address.',
    wrong: {
      address: 'This is not an email address. It looks like referrals@clinic.example.',
      targets: '“{{entry}}” is not an email address. It looks like office@partner.example.',
      noTargets: 'Name at least one address, and 20 at most.',
    },
  },
};
