export type CmsErrorCode =
  | 'malformed' // not the structure that the standard describes
  | 'too-large' // beyond cmsLimits
  | 'unsupported' // a content type, version or algorithm that is not implemented
  | 'weak' // an algorithm or key that proves nothing any more
  | 'cannot-encrypt'; // a recipient's key that nothing can be encrypted to

/** Why a CMS structure was not read or made. Decryption says nothing but that it failed: see `decryptContent`. */
export class CmsError extends Error {
  override readonly name = 'CmsError';
  readonly code: CmsErrorCode;

  constructor(code: CmsErrorCode, options?: ErrorOptions) {
    super(`CMS: ${code}`, options);
    this.code = code;
  }
}

/** The largest content and the most signers, recipients and certificates that are read. */
export const cmsLimits = { bytes: 64 * 1024 * 1024, signers: 16, recipients: 1_000, certificates: 64 };
