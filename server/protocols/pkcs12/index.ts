export { Pkcs12Error, type Pkcs12Problem } from './errors.ts';
export { isPkcs12, readEncryptedKey, readPkcs12 } from './read-pkcs12.ts';
