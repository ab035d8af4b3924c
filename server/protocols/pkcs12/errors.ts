export type Pkcs12Problem =
  | 'malformed' // no PKCS #12 file, or a damaged one
  | 'wrong-passphrase' // or a file that was changed: its MAC cannot tell the two apart
  | 'unsupported' // encrypted or protected in a way that is not implemented
  | 'too-much-work' // it asks for more key derivation than is done for anybody
  | 'no-pair'; // no private key, or no certificate that belongs to it

export class Pkcs12Error extends Error {
  override readonly name = 'Pkcs12Error';
  readonly problem: Pkcs12Problem;

  constructor(problem: Pkcs12Problem) {
    super(`PKCS #12: ${problem}`);
    this.problem = problem;
  }
}
