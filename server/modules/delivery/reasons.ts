/** Why a delivery is where it is. The code is stored, the words are shown; neither names anyone. */
export const reasonWords = {
  'waiting-to-send': 'Waiting to be sent.',
  'placed-in-mailbox': 'Placed in their mailbox on this server; it never left it.',
  'held-for-approval': 'A rule asks for approval before it is sent.',
  'blocked-by-rule': 'A rule does not let this be sent.',
  'portal-chosen': 'Waiting for them in the secure portal.',
  'portal-tls-weaker':
    'Their mail server did not offer the secure connection that was promised, so the message waits in the secure portal instead.',
  'portal-tls-refused':
    'Their mail server would not start a secure connection, so the message waits in the secure portal instead.',
  'portal-requiretls':
    'Their mail server does not promise to keep the message encrypted all the way, which was asked for, so it waits in the secure portal instead.',
  'requiretls-needed':
    'Their mail server does not promise to keep the message encrypted all the way, which was asked for, so it was not sent.',
  'portal-too-large': 'It is larger than their mail server takes, so it waits in the secure portal instead.',
  'portal-not-supported':
    'Their mail server cannot take a message of this kind, so it waits in the secure portal instead.',
  'portal-key-gone':
    'Their key can no longer be used, so the message waits in the secure portal instead of being sent without it.',
  'portal-not-encryptable':
    'It could not be encrypted with their key, so the message waits in the secure portal instead.',
  'accepted-by-server': 'Their mail server accepted it over the connection that was promised.',
  'server-asked-to-wait': 'Their mail server asked to try again later.',
  'server-unreachable': 'Their mail server cannot be reached just now.',
  'name-lookup-failed': 'Their mail server could not be looked up just now.',
  'connection-lost': 'The connection to their mail server was lost before the message was handed over.',
  'tls-needed': 'Their mail server does not offer the secure connection that this organisation requires.',
  'server-unproven':
    'What proves their mail server is wrong or cannot be looked up just now, so nothing is sent to it.',
  'certificate-unchecked':
    'Whether their certificate was revoked is still being asked, so nothing is encrypted to it yet. It will be tried again.',
  'failed-here': 'Something went wrong on our side. It will be tried again.',
  interrupted: 'The attempt was interrupted on our side before the message was handed over.',
  'held-after-interruptions':
    'Each attempt to send it ended with our mail process, so a person has to decide whether it is tried again.',
  'archive-refused':
    'The archive did not take this copy, so a person has to decide whether it is tried again.',
  'lost-after-last-byte': 'The connection was lost after the last byte. It may have arrived.',
  'mailbox-unknown-here': 'Nobody on this server has this address.',
  'mailbox-unknown': 'Their mail server says that there is no such mailbox.',
  'refused-by-server': 'Their mail server refused it.',
  'too-large-for-server': 'It is larger than their mail server takes.',
  'address-not-supported': 'Their mail server cannot take an address of this kind.',
  'not-supported-by-server': 'Their mail server cannot take a message of this kind.',
  'mailbox-moved': 'Their mail server says that the mailbox has moved or is gone.',
  'mailbox-full': 'Their mailbox is full, so their mail server sent it back.',
  'mailbox-disabled': 'Their mailbox is not in use, so their mail server sent it back.',
  'returned-no-server':
    'A mail server on the way sent it back: where it was forwarded to does not receive mail.',
  'returned-late': 'Their mail server accepted it, could not pass it on in time, and sent it back.',
  'returned-as-spam': 'A mail server on the way took it for unwanted or harmful and sent it back.',
  'returned-by-server': 'Their mail server accepted it and sent it back later.',
  'no-mail-server': 'The domain of this address does not receive mail.',
  'gave-up': 'It could not be delivered within the time allowed.',
  'content-missing': 'Its stored content was not found on our side. It will be looked for again.',
  'content-unreadable':
    'Its stored content can no longer be read on our side, so it was not sent. Write it again.',
  'address-unreadable':
    'The address, as it is stored on our side, can no longer be read, so it was not sent. Send it again.',
  'content-destroyed': 'Its content has been destroyed before it could be sent.',
  'notice-accepted': 'The notice was accepted by their mail server. The message waits in the secure portal.',
  'notice-failed': 'The notice could not be delivered. The message still waits in the secure portal.',
  opened: 'Opened in the portal.',
  replied: 'Answered in the portal.',
  'time-ran-out': 'It is no longer available: its time ran out.',
  'taken-back': 'You took it back.',
} as const satisfies Record<string, string>;

export type ReasonCode = keyof typeof reasonWords;
