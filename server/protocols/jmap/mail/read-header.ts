import { parseAddressList } from '#protocols/mime/address-list.ts';
import { decodeEncodedWords } from '#protocols/mime/encoded-word.ts';
import { parseMessageIds } from '#protocols/mime/message-id.ts';
import { readMailDate } from './date-time.ts';
import { rawValue } from './part-fields.ts';
import { unfold } from './part-tree.ts';
import type { Json, JsonObject } from '../json.ts';
import type { HeaderForm, HeaderProperty } from './header-property.ts';
import type { RawField } from './part-fields.ts';

/** What a header property is in a message or part: of several fields the last, unless all are asked for. RFC 8621 §4.1.3. */
export function readHeader(
  raw: Buffer,
  fields: readonly RawField[],
  { key, form, all }: HeaderProperty,
): Json {
  const named = fields.filter((field) => field.key === key);
  if (all) return named.map((field) => inForm(rawValue(raw, field), form));
  const last = named.at(-1);
  return last === undefined ? null : inForm(rawValue(raw, last), form);
}

/** All fields, raw, in their order: the `headers` property. RFC 8621 §4.1.3. */
export function readHeaders(raw: Buffer, fields: readonly RawField[]): JsonObject[] {
  return fields.map((field) => ({ name: field.name, value: rawValue(raw, field) }));
}

function inForm(value: string, form: HeaderForm): Json {
  switch (form) {
    case 'asRaw':
      return value;
    case 'asText':
      return decodeEncodedWords(unfold(value)).normalize('NFC');
    case 'asAddresses':
      return addresses(value);
    case 'asGroupedAddresses':
      return groupedAddresses(value);
    case 'asMessageIds': {
      const ids = parseMessageIds(unfold(value));
      return ids.length === 0 ? null : ids;
    }
    case 'asDate':
      return readMailDate(unfold(value));
    case 'asURLs': {
      const urls = [...unfold(value).matchAll(/<([^<>]*)>/g)].map(([, url = '']) => url.replace(/\s+/g, ''));
      return urls.length === 0 ? null : urls;
    }
  }
}

/** What is no address stays visible as the text it is: drafts hold half-written ones. */
function addresses(value: string): Json {
  const { entries, invalid } = parseAddressList(unfold(value));
  const mailboxes = entries.flatMap((entry) => ('members' in entry ? entry.members : [entry]));
  return [...mailboxes.map(emailAddress), ...invalid.map((text) => ({ name: null, email: text }))];
}

function groupedAddresses(value: string): Json {
  const { entries, invalid } = parseAddressList(unfold(value));
  const groups: { name: string | null; addresses: Json[] }[] = [];
  for (const entry of entries) {
    if ('members' in entry) {
      groups.push({
        name: entry.name === '' ? null : entry.name,
        addresses: entry.members.map(emailAddress),
      });
      continue;
    }
    // RFC 8621 §4.1.2.4: neighbours that are in no group share one without a name.
    const last = groups.at(-1);
    if (last !== undefined && last.name === null) last.addresses.push(emailAddress(entry));
    else groups.push({ name: null, addresses: [emailAddress(entry)] });
  }
  if (invalid.length > 0)
    groups.push({ name: null, addresses: invalid.map((text) => ({ name: null, email: text })) });
  return groups;
}

function emailAddress({ name, address }: { readonly name: string; readonly address: string }): Json {
  return { name: name === '' ? null : name, email: address };
}
