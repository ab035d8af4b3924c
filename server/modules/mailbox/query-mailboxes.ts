import * as z from 'zod';
import {
  formatState,
  JmapMethodError,
  mailCapability,
  passes,
  QueryArguments,
  queryAnswer,
  queryWindow,
  readArguments,
  readFilter,
  type Comparator,
  type JsonObject,
} from '#protocols/jmap/index.ts';
import type { Folder } from './folder.ts';
import { selectFolders } from './folder-store.ts';
import { readStates, requireAccount, type MailMethod } from './jmap-context.ts';
import type { MailboxPorts } from './ports.ts';

const Arguments = QueryArguments.extend({
  sortAsTree: z.boolean().default(false),
  filterAsTree: z.boolean().default(false),
});

const Condition = z.strictObject({
  parentId: z.string().nullable().optional(),
  name: z.string().optional(),
  role: z.string().nullable().optional(),
  hasAnyRole: z.boolean().optional(),
  isSubscribed: z.boolean().optional(),
});

type Condition = z.output<typeof Condition>;

/** Mailbox/query. RFC 8621 §2.3. */
export function queryMailboxes(ports: MailboxPorts): MailMethod {
  return {
    name: 'Mailbox/query',
    capability: mailCapability,
    async run({ args, context }) {
      const request = readArguments(Arguments, args);
      const account = requireAccount(context, request.accountId);
      const filter = readFilter(request.filter, (condition: JsonObject) =>
        readArguments(Condition, condition),
      );
      const compare = comparison(request.sort ?? []);
      return ports.database.inTenant(account.organizationId, async (tx) => {
        const states = await readStates(tx, ports, account);
        const folders = await selectFolders(tx, ports.keyring, account);
        const passing = new Set(
          folders.filter((folder) => passes(filter, (condition) => matches(folder, condition))),
        );
        const sorted = request.sortAsTree ? asTree(folders, compare) : folders.toSorted(compare);
        const shown = sorted.filter(
          (folder) =>
            passing.has(folder) &&
            (!request.filterAsTree || ancestors(folder, folders).every((each) => passing.has(each))),
        );
        const ids = shown.map((folder): string => folder.folderId);
        const indexOfAnchor = request.anchor == null ? -1 : ids.indexOf(request.anchor);
        const window = queryWindow(request, { total: ids.length, indexOfAnchor });
        const page = ids.slice(window.position, window.position + window.limit);
        return { args: queryAnswer(request, formatState(states.mailbox), window, page, ids.length) };
      });
    },
  };
}

function matches(folder: Folder, { parentId, name, role, hasAnyRole, isSubscribed }: Condition): boolean {
  return (
    (parentId === undefined || folder.parentId === parentId) &&
    (name === undefined || folder.name.toLowerCase().includes(name.toLowerCase())) &&
    (role === undefined || folder.role === role) &&
    (hasAnyRole === undefined || (folder.role !== null) === hasAnyRole) &&
    (isSubscribed === undefined || folder.isSubscribed === isSubscribed)
  );
}

type Compare = (a: Folder, b: Folder) => number;

function comparison(sort: readonly Comparator[]): Compare {
  const levels = sort.map(({ property, isAscending }): Compare => {
    const direction = isAscending ? 1 : -1;
    if (property === 'sortOrder') return (a, b) => direction * (a.sortOrder - b.sortOrder);
    if (property === 'name') return (a, b) => direction * a.name.localeCompare(b.name);
    throw new JmapMethodError('unsupportedSort');
  });
  return (a, b) => {
    for (const level of levels) {
      const order = level(a, b);
      if (order !== 0) return order;
    }
    return a.folderId < b.folderId ? -1 : 1;
  };
}

/** Each folder followed by those below it. */
function asTree(folders: readonly Folder[], compare: Compare): Folder[] {
  const children = Map.groupBy(folders, (folder) => folder.parentId);
  const below = (parentId: Folder['parentId']): Folder[] =>
    (children.get(parentId) ?? []).toSorted(compare).flatMap((folder) => [folder, ...below(folder.folderId)]);
  return below(null);
}

function ancestors(folder: Folder, folders: readonly Folder[]): Folder[] {
  const parent = folders.find((each) => each.folderId === folder.parentId);
  return parent === undefined ? [] : [parent, ...ancestors(parent, folders)];
}
