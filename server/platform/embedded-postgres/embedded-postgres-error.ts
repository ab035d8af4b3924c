import { CarepostError } from '../errors.ts';

export type EmbeddedPostgresErrorCode =
  | 'platform-unsupported' // no PostgreSQL binaries for this operating system and processor
  | 'no-unprivileged-user' // started by root, and there is no user to hand the database to
  | 'binaries-unreadable' // the unprivileged user can neither read the binaries nor a copy of them
  | 'data-folder-in-use' // another carepost process supervises this folder
  | 'wrong-owner' // the database files belong to another OS user
  | 'wrong-version' // the database files are of another major version of PostgreSQL
  | 'socket-folder-unsafe' // the folder for the socket belongs to, or is open to, somebody else
  | 'initialisation-failed' // initdb failed
  | 'start-failed'; // the server ended again, or did not become ready in time

/** The detail says what an administrator can do. */
export class EmbeddedPostgresError extends CarepostError<EmbeddedPostgresErrorCode> {}
