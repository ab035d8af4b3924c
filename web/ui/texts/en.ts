/** Words of the design system: what both apps say the same way. */
export const ui = {
  protection: {
    internal: 'Stays on this server',
    sealed: 'Sealed: only they can read it',
    openpgp: 'Encrypted with their key',
    smime: 'Encrypted with their certificate',
    portal: 'Secure pick-up',
    'tls-dane': 'Verified secure connection',
    'tls-sts': 'Verified secure connection',
    'tls-verified': 'Verified secure connection',
    'tls-opportunistic': 'Encrypted connection, receiver not proven',
    cleartext: 'Not protected',
  },
  chip: {
    checking: 'Finding the safest way',
    invalid: 'This is not a complete email address',
    unknown: 'Could not be checked. It will be checked again before sending',
    blocked: 'May not be sent to',
    why: '{{who}}: {{what}}. Show why',
    remove: 'Remove {{address}}',
  },
  frame: {
    title: 'Message text',
    picturesHidden_one:
      'One picture from the internet is hidden. Showing it may tell the sender that you read this.',
    picturesHidden_other:
      '{{count}} pictures from the internet are hidden. Showing them may tell the sender that you read this.',
    showPictures: 'Show pictures',
  },
  file: {
    download: 'Download {{name}}',
    remove: 'Remove {{name}}',
    unnamed: 'unnamed file',
    uploading: '{{name}}, {{percent}} percent uploaded',
    failed: 'Upload failed',
    retry: 'Try again',
  },
  error: {
    title: 'Something went wrong',
    offline: 'No connection. What you wrote is kept; we try again by ourselves.',
    unavailable: 'The server is not available right now. Nothing was lost; please try again in a moment.',
    forbidden: 'Your role does not allow this.',
    notFound: 'This is no longer here.',
    tryAgain: 'Try again',
    reference: 'Reference for your administrator: {{id}}',
    dismiss: 'Close',
  },
  confirm: { cancel: 'Cancel' },
  size: { bytes: '{{count}} bytes', kb: '{{value}} KB', mb: '{{value}} MB' },
  shortcuts: { title: 'Keyboard shortcuts', close: 'Close' },
  loading: 'Loading',
};
