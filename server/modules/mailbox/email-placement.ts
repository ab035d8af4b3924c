import {
  applyPatch,
  invalidProperties,
  isJsonObject,
  type CreatedIds,
  type Json,
  type JsonObject,
  type SetError,
} from '#protocols/jmap/index.ts';
import type { FolderId } from './account.ts';
import { mostFolders } from './email.ts';
import { mostKeywords, parseKeyword } from './keyword.ts';

/** Where an email is to be, and with which keywords: what of an email can change. */
export interface EmailPlacement {
  readonly folderIds: readonly FolderId[];
  readonly keywords: readonly string[];
}

export interface PlacementRules {
  readonly createdIds: CreatedIds;
  /** The folders of the account. */
  readonly folderIds: ReadonlySet<string>;
}

type Outcome =
  | { readonly ok: true; readonly placement: EmailPlacement }
  | { readonly ok: false; readonly error: SetError };

/** Reads `mailboxIds` and `keywords`: sets of names, each with the value true. RFC 8621 §4.1.1. */
export function readPlacement(
  mailboxIds: Json | undefined,
  keywords: Json | undefined,
  rules: PlacementRules,
): Outcome {
  const folders = membersOf(mailboxIds)?.map((reference) => rules.createdIds.resolve(reference));
  if (folders === undefined || folders.length === 0)
    return refuse(invalidProperties(['mailboxIds'], 'An email is in one mailbox at least.'));
  if (folders.some((folderId) => folderId === undefined || !rules.folderIds.has(folderId))) {
    return refuse(invalidProperties(['mailboxIds'], 'One of the mailboxes is not there.'));
  }
  if (folders.length > mostFolders) return refuse({ type: 'tooManyMailboxes' });
  const words = membersOf(keywords ?? {})?.map(parseKeyword);
  if (words === undefined || words.includes(null)) return refuse(invalidProperties(['keywords']));
  if (words.length > mostKeywords) return refuse({ type: 'tooManyKeywords' });
  return {
    ok: true,
    placement: { folderIds: [...new Set(folders)] as FolderId[], keywords: [...new Set(words)] as string[] },
  };
}

/** Applies the patch of an update; only mailboxIds and keywords of an email can change. RFC 8621 §4.6. */
export function patchPlacement(current: EmailPlacement, patch: JsonObject, rules: PlacementRules): Outcome {
  const object: JsonObject = { mailboxIds: toSet(current.folderIds), keywords: toSet(current.keywords) };
  const patched = applyPatch(object, lowerCaseKeywords(patch));
  if (!patched.ok) return { ok: false, error: patched.error };
  const others = [...patched.touched].filter((name) => name !== 'mailboxIds' && name !== 'keywords');
  if (others.length > 0)
    return refuse(invalidProperties(others, 'Only mailboxIds and keywords of an email change.'));
  return readPlacement(patched.value['mailboxIds'], patched.value['keywords'], rules);
}

/** `keywords/$Seen` means `keywords/$seen`. */
function lowerCaseKeywords(patch: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(patch).map(([key, value]) => [
      key.startsWith('keywords/') ? key.toLowerCase() : key,
      value,
    ]),
  );
}

function toSet(names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, true]));
}

function membersOf(value: Json | undefined): string[] | undefined {
  if (!isJsonObject(value)) return undefined;
  return Object.values(value).every((member) => member === true) ? Object.keys(value) : undefined;
}

function refuse(error: SetError): Outcome {
  return { ok: false, error };
}
