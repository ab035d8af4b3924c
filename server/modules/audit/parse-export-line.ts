import { canonicalJson } from './canonical-json.ts';
import {
  exportFormat,
  type CheckpointLine,
  type EntryLine,
  type ExportLine,
  type HeaderLine,
  type TrailerLine,
} from './export-format.ts';
import type { LeafEntry } from './leaf.ts';

type Members = Readonly<Record<string, unknown>>;

/**
 * The line as we write it, else undefined: not JSON, not in canonical form (so no byte can differ unseen),
 * members missing or too many.
 */
export function parseExportLine(bytes: Buffer): ExportLine | undefined {
  if (bytes.at(-1) !== 0x0a) return undefined;
  const text = bytes.toString('utf8', 0, bytes.length - 1);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isMembers(value) || !Buffer.from(`${canonicalJson(value)}\n`).equals(bytes)) return undefined;
  if (isHeader(value) || isEntry(value) || isNote(value)) return value;
  return undefined;
}

function isHeader(value: Members): value is Members & HeaderLine {
  return (
    value['type'] === 'header' &&
    value['format'] === exportFormat &&
    areStrings(value, ['origin', 'verifierKey']) &&
    has(value, 4)
  );
}

function isNote(value: Members): value is Members & (CheckpointLine | TrailerLine) {
  return (
    (value['type'] === 'checkpoint' || value['type'] === 'trailer') &&
    areStrings(value, ['note']) &&
    has(value, 2)
  );
}

function isEntry(value: Members): value is Members & EntryLine {
  const { type, sequence, leaf, salt, body } = value;
  return (
    type === 'entry' &&
    Number.isSafeInteger(sequence) &&
    areStrings(value, ['leafHash']) &&
    has(value, 6) &&
    (leaf === null || isLeaf(leaf)) &&
    (salt === null || typeof salt === 'string') &&
    (body === null || isMembers(body))
  );
}

function isLeaf(value: unknown): value is LeafEntry {
  return (
    isMembers(value) &&
    areStrings(value, ['organization', 'eventId', 'at', 'kind', 'commitment']) &&
    has(value, 5)
  );
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const has = (value: Members, count: number): boolean => Object.keys(value).length === count;
const areStrings = (value: Members, names: readonly string[]): boolean =>
  names.every((name) => typeof value[name] === 'string');
