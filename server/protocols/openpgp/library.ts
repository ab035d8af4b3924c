import * as openpgp from 'openpgp';

// Set once, where the library is loaded. RFC 9580 §5.7 and EFAIL: ciphertext without integrity is never opened.
openpgp.config.allowUnauthenticatedMessages = false;
openpgp.config.allowInsecureDecryptionWithSigningKeys = false;
openpgp.config.showVersion = false;
openpgp.config.showComment = false;

export { openpgp };
