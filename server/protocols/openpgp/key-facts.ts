/** What is known of an OpenPGP key without trusting anybody. RFC 9580 §5.5; RFC 4880 keys are read as well. */
export interface KeyFacts {
  /** Hexadecimal, upper case. */
  readonly fingerprint: string;
  /** Of the primary key and of the subkeys that a signature may name, 16 hexadecimal digits each. */
  readonly keyIds: readonly string[];
  /** 4 or 6. */
  readonly version: number;
  /** In words of the field: 'RSA 3072', 'Curve25519'. */
  readonly algorithm: string;
  readonly createdAt: Date;
  /** When it can last be encrypted to; null: no end. */
  readonly expiresAt: Date | null;
  readonly revoked: boolean;
  readonly canEncrypt: boolean;
  readonly canSign: boolean;
  /** Of the user IDs whose self-signatures hold, in look-up form, without doubles. */
  readonly addresses: readonly string[];
}

/** A public key as it is kept: binary, without secret parts. */
export interface PublicKeyRead {
  readonly key: Uint8Array;
  readonly facts: KeyFacts;
}

/** A pair as it is kept: binary, the secret part without a passphrase; whoever keeps it seals it. */
export interface KeyPairRead extends PublicKeyRead {
  readonly secretKey: Uint8Array;
}
