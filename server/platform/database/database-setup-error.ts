import { CarepostError } from '../errors.ts';
import { isConnectionFailure } from './database-unavailable.ts';

export type DatabaseSetupErrorCode =
  | 'database-unreachable' // nobody answers there
  | 'database-unproven' // TLS was asked for, and the server has none or does not prove its name
  | 'database-refused' // role or password are wrong, or the server's rules keep us out
  | 'database-missing' // the server has no such database
  | 'database-unfit' // too old, a standby, or of another encoding than UTF-8
  | 'database-rights-missing' // our role may not do what the schema needs
  | 'application-role-unsafe'; // row level security would not confine what the program does

/** What is in the way of using a database at start. The detail says what an administrator can do. */
export class DatabaseSetupError extends CarepostError<DatabaseSetupErrorCode> {}

const guide = 'docs/operations/database.md';

/** SQLSTATE, or Node's code of a TLS failure. */
const meanings: Readonly<Record<string, [DatabaseSetupErrorCode, string]>> = {
  '28P01': ['database-refused', 'refuses the role or its password'],
  '28000': ['database-refused', 'does not let this role in (its pg_hba.conf, or a role without LOGIN)'],
  '3D000': ['database-missing', 'has no database of this name'],
  '42501': ['database-rights-missing', 'does not give this role the rights that it needs'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['database-unproven', 'has a TLS certificate for another name'],
  CERT_HAS_EXPIRED: ['database-unproven', 'has a TLS certificate that has run out'],
};
const unknownAuthority =
  /SELF_SIGNED_CERT|UNABLE_TO_(?:VERIFY|GET_ISSUER)|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED/;

/**
 * Why a database could not be opened; anything else is returned as it is. `place` names the server and never
 * the password.
 */
export function toDatabaseSetupError(cause: unknown, place: string): unknown {
  if (!(cause instanceof Error) || cause instanceof CarepostError) return cause;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const say = (kind: DatabaseSetupErrorCode, words: string) =>
    new DatabaseSetupError(kind, `The database at ${place} ${words}. See ${guide}.`, { cause });
  const known = meanings[code];
  if (known !== undefined) return say(...known);
  if (unknownAuthority.test(code)) {
    return say('database-unproven', 'has a TLS certificate of an authority that is not known (sslrootcert)');
  }
  if (/does not support SSL/.test(cause.message))
    return say('database-unproven', 'offers no TLS, which DATABASE_URL asks for');
  if (isConnectionFailure(cause))
    return say('database-unreachable', `does not answer${code === '' ? '' : ` (${code})`}`);
  return cause;
}
