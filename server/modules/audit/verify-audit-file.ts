import { createHash, type Hash } from 'node:crypto';
import {
  appendLeaves,
  decodeVerifierKey,
  emptyFrontier,
  openCheckpoint,
  openNote,
  rootOf,
  type Frontier,
  type NoteVerifier,
} from '#protocols/tlog/index.ts';
import { canonicalJson } from './canonical-json.ts';
import { parseTrailerText, type EntryLine, type HeaderLine } from './export-format.ts';
import { commitTo, leafHashOf, saltBytes } from './leaf.ts';
import { linesOfFile } from './lines-of-file.ts';
import { organizationOf } from './origin.ts';
import { parseExportLine } from './parse-export-line.ts';

export type AuditVerdict =
  | {
      readonly ok: true;
      readonly entries: number;
      readonly checkpoints: number;
      /** Root of the tree, base64, as in its last checkpoint. */
      readonly root: string;
      /** The key that vouches: the one given, else the one the file names. */
      readonly verifierKey: string;
    }
  | {
      readonly ok: false;
      /** Number of the first entry that cannot be trusted; null when only header, checkpoints or trailer are at fault. */
      readonly firstBadEntry: number | null;
      readonly because: string;
    };

/**
 * Verifies an exported log with nothing but the file and the public key: no server, no database, no network.
 * Reads it once, in constant memory. `publicKey` is the log's C2SP verifier key; without it the file's own is
 * taken, which proves only that the file agrees with itself.
 * Throws only when the file cannot be read.
 */
export async function verifyAuditFile(
  path: string,
  { publicKey }: { publicKey?: string } = {},
): Promise<AuditVerdict> {
  const check = new ExportCheck(publicKey);
  for await (const line of linesOfFile(path)) {
    const fault = check.take(line);
    if (fault !== undefined) return { ok: false, ...fault };
  }
  return check.end();
}

interface Fault {
  readonly firstBadEntry: number | null;
  readonly because: string;
}

interface Trust {
  readonly origin: string;
  readonly organization: string;
  readonly verifier: NoteVerifier;
  readonly verifierKey: string;
}

class ExportCheck {
  readonly #publicKey: string | undefined;
  readonly #digest: Hash = createHash('sha256');
  #trust: Trust | undefined;
  #tree: Frontier = emptyFrontier;
  /** Size of the tree at the last checkpoint that held. */
  #vouched = 0;
  #checkpoints = 0;
  #ended = false;

  constructor(publicKey: string | undefined) {
    this.#publicKey = publicKey;
  }

  take(bytes: Buffer): Fault | undefined {
    const next = this.#tree.size;
    if (this.#ended) return { firstBadEntry: null, because: 'Something was added after the trailer.' };
    const line = parseExportLine(bytes);
    if (line === undefined)
      return { firstBadEntry: next, because: `The line where entry ${next} is expected is damaged.` };
    if (line.type === 'trailer') return this.#takeTrailer(line.note);
    this.#digest.update(bytes);
    if (line.type === 'header') return this.#takeHeader(line);
    if (this.#trust === undefined)
      return { firstBadEntry: null, because: 'The file does not begin with its header.' };
    return line.type === 'entry'
      ? this.#takeEntry(line, this.#trust)
      : this.#takeCheckpoint(line.note, this.#trust);
  }

  end(): AuditVerdict {
    const { size } = this.#tree;
    if (!this.#ended || this.#trust === undefined)
      return {
        ok: false,
        firstBadEntry: size,
        because: `The file was cut: entry ${size}, or the trailer, is missing.`,
      };
    return {
      ok: true,
      entries: size,
      checkpoints: this.#checkpoints,
      root: rootOf(this.#tree).toString('base64'),
      verifierKey: this.#trust.verifierKey,
    };
  }

  #takeHeader({ origin, verifierKey }: HeaderLine): Fault | undefined {
    const fault = (because: string): Fault => ({ firstBadEntry: null, because });
    if (this.#trust !== undefined) return fault('There is a second header.');
    if (this.#publicKey !== undefined && this.#publicKey !== verifierKey)
      return fault('The file names another public key than the one given.');
    const verifier = decodeVerifierKey(verifierKey);
    const organization = organizationOf(origin);
    if (verifier === undefined || organization === undefined || verifier.name !== origin)
      return fault('The header is damaged.');
    this.#trust = { origin, organization, verifier, verifierKey };
    return undefined;
  }

  #takeEntry(
    { sequence, leaf, salt, body, leafHash }: EntryLine,
    { organization }: Trust,
  ): Fault | undefined {
    const next = this.#tree.size;
    const fault = (because: string): Fault => ({ firstBadEntry: next, because });
    if (sequence !== next)
      return fault(`Entry ${next} is missing or out of its place: entry ${sequence} stands there.`);
    if (leaf === null || salt === null || body === null) return fault(`Entry ${next} has lost its event.`);
    if (leaf.organization !== organization) return fault(`Entry ${next} is of another organisation.`);
    const saltGiven = Buffer.from(salt, 'base64');
    if (
      saltGiven.length !== saltBytes ||
      saltGiven.toString('base64') !== salt ||
      commitTo(saltGiven, canonicalJson(body)).toString('hex') !== leaf.commitment
    ) {
      return fault(`Entry ${next} was changed: its body is not the one that was recorded.`);
    }
    const hash = leafHashOf(leaf);
    if (hash.toString('hex') !== leafHash) return fault(`Entry ${next} was changed: its hash does not fit.`);
    this.#tree = appendLeaves(this.#tree, [hash]);
    return undefined;
  }

  #takeCheckpoint(note: string, { origin, verifier }: Trust): Fault | undefined {
    const { size } = this.#tree;
    const checkpoint = openCheckpoint(note, origin, verifier);
    if (checkpoint === undefined)
      return {
        firstBadEntry: this.#vouched,
        because: `The checkpoint after entry ${size - 1} is not signed by this key.`,
      };
    if (checkpoint.size !== size)
      return {
        firstBadEntry: Math.min(size, checkpoint.size),
        because: `The checkpoint of ${checkpoint.size} entries stands after ${size}.`,
      };
    const fault = this.#differs(checkpoint.root.toString('base64'));
    this.#vouched = size;
    this.#checkpoints += 1;
    return fault;
  }

  #takeTrailer(note: string): Fault | undefined {
    const { size } = this.#tree;
    const text = this.#trust === undefined ? undefined : openNote(note, this.#trust.verifier);
    const trailer = text === undefined ? undefined : parseTrailerText(text);
    if (trailer === undefined || trailer.origin !== this.#trust?.origin)
      return {
        firstBadEntry: this.#vouched < size ? this.#vouched : null,
        because: 'The trailer is not signed by this key.',
      };
    if (trailer.entries !== size)
      return {
        firstBadEntry: Math.min(size, trailer.entries),
        because: `The log had ${trailer.entries} entries when it was exported; the file has ${size}.`,
      };
    const fault = this.#differs(trailer.root);
    if (fault !== undefined) return fault;
    if (this.#vouched !== size || trailer.checkpoints !== this.#checkpoints)
      return {
        firstBadEntry: null,
        because: `The log had ${trailer.checkpoints} checkpoints when it was exported; the file has ${this.#checkpoints}.`,
      };
    if (trailer.digest !== this.#digest.digest('base64'))
      return {
        firstBadEntry: null,
        because: 'The entries are whole, but the header or a checkpoint is not as it was exported.',
      };
    this.#ended = true;
    return undefined;
  }

  /** The entries since the last checkpoint agree with themselves but not with what was signed. */
  #differs(root: string): Fault | undefined {
    if (rootOf(this.#tree).toString('base64') === root) return undefined;
    return {
      firstBadEntry: this.#vouched,
      because: `One of the entries ${this.#vouched} to ${this.#tree.size - 1} was replaced: they are not what the checkpoint was signed for.`,
    };
  }
}
