/** What the organisation decides for itself. */
export const organization = {
  organization: {
    lead: 'These count for everybody in the organization, at once. Each change is recorded with what was there before.',
    in: 'Mail that comes in',
    out: 'Mail that goes out',
    sessions: 'Sessions',
    save: 'Save',
    saved: 'Saved.',
    notSaved: 'Nothing was saved yet. Look at the fields in red.',
    choice: {
      refuse: 'is refused at once; its sender hears why',
      quarantine: 'is held for a person to decide, under Quarantine',
      'tls-verified': 'Encrypted, to a server whose certificate proves its name',
      'tls-opportunistic': 'Encrypted, to whatever server answers',
    },
    trustedSealers: {
      label: 'Trusted forwarders and mailing lists (ARC sealers)',
      text: 'Forwarding breaks the proof of who wrote. These domains are believed when they say that it held as the message came to them. One a line; name only those who you know to check it.',
      wrong: '“{{entry}}” is not a domain. It looks like lists.example. At most 50 can be named.',
    },
    infectedMail: {
      label: 'Mail with a virus',
      text: 'Counts where a virus scanner is set up.',
      wrong: 'Choose one.',
    },
    quarantineDays: {
      label: 'Days in quarantine',
      text: 'Held mail that nobody decides about is destroyed then.',
      wrong: 'Give a number from 1 to 90.',
    },
    messageSizeLimit: {
      label: 'Largest message, MiB',
      text: 'As it travels: attachments grow by a third on the way.',
      wrong: 'Give a number from 1 to 100.',
    },
    portalName: {
      label: 'Name in the portal',
      text: 'What recipients see as the sender of notices.',
      wrong: 'Give one line of 1 to 80 letters.',
    },
    tlsFloor: {
      label: 'The weakest connection for content',
      text: 'Where a recipient’s server offers less, the message waits in the portal.',
      wrong: 'Choose one.',
    },
    noticeRequiresTls: {
      label: 'Notices also need that connection',
      text: 'Notices say only that something waits. With this on, some recipients may not get theirs.',
      wrong: 'Choose one.',
    },
    offerDays: {
      label: 'Days in the portal',
      text: 'How long a message waits there for its recipient.',
      wrong: 'Give a number from 1 to 365.',
    },
    footer: {
      label: 'Footer',
      text: 'Stands under every message that your people send. Empty: none.',
      wrong: 'Give at most 2,000 letters of plain text.',
    },
    journalAddress: {
      label: 'Address of your archive',
      text: 'Gets a copy of every message in and out, blind copies named, over a verified secure connection. Empty: none.',
      wrong: 'Give one email address, or nothing.',
    },
    idleMinutes: {
      label: 'Minutes without activity',
      text: 'After them a session ends by itself, with a warning before.',
      wrong: 'Give a number from 1 to 60.',
    },
    absoluteHours: {
      label: 'Hours in all',
      text: 'After them people sign in again, active or not.',
      wrong: 'Give a number from 1 to 24.',
    },
  },
};
