import { CarepostError } from '../errors.ts';

export type KeyringErrorCode =
  | 'root-key-unusable' // the root key is missing, has the wrong length, or is not the one that wrapped the data
  | 'key-destroyed' // the wrapped data key has been destroyed
  | 'sealed-value-damaged'; // the value was changed, or sealed for another purpose or organisation

export class KeyringError extends CarepostError<KeyringErrorCode> {}
