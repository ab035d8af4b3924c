import type { OrganizationId, ThreadId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { EssentialHeaders } from '#protocols/mime/index.ts';
import { insertLinks, selectLinks, type Reference, type ThreadLink } from './thread-store.ts';

/** Ancestors looked at: the nearest, and the one that began it all. */
const ancestorLimit = 20;

interface Threaded {
  readonly organizationId: OrganizationId;
  readonly headers: Pick<EssentialHeaders, 'messageId' | 'inReplyTo' | 'references'>;
}

/** A message's Message-IDs as references. */
interface Kin {
  readonly own: Reference | null;
  /** Nearest first. */
  readonly ancestors: readonly Reference[];
}

/**
 * The thread of each message, in their order: that of its nearest known ancestor (In-Reply-To, then
 * References from the end), else that of messages which named it before it came, else a new one.
 * Subjects are not looked at: strangers write "Your results" too. At most four statements a batch.
 */
export async function findThreads(
  tx: Tx,
  keyring: Keyring,
  messages: readonly Threaded[],
): Promise<ThreadId[]> {
  const kin = await Promise.all(messages.map((message) => indexReferences(keyring, message)));
  const known = new LinkMap(
    await selectLinks(
      tx,
      kin.flatMap(({ own, ancestors }) => [...(own ? [own] : []), ...ancestors]),
    ),
  );
  await linkUnknownAncestors(tx, kin, known);
  const { threads, links } = joinThreads(kin, known);
  // A twin stored at this very moment may win here: Message-IDs need not be unique, both threads stand.
  await insertLinks(tx, links);
  return threads;
}

/** Each message's thread, and the Message-IDs that are to be linked to them. */
export interface JoinedThreads {
  readonly threads: ThreadId[];
  readonly links: readonly ThreadLink[];
}

/** A thread for each, where no message refers to others: right if none of the links is there already. Else null. */
export async function beginThreads(
  keyring: Keyring,
  messages: readonly Threaded[],
): Promise<JoinedThreads | null> {
  if (messages.some(refersToOthers)) return null;
  const kin = await Promise.all(messages.map((message) => indexReferences(keyring, message)));
  return joinThreads(kin, new LinkMap([]));
}

/** The thread that `known` has for each, else a new one; its own Message-ID is then known too. */
function joinThreads(kin: readonly Kin[], known: LinkMap): JoinedThreads {
  const links: ThreadLink[] = [];
  const threads = kin.map((message) => {
    const threadId = threadOf(message, known) ?? newId<ThreadId>();
    if (message.own !== null && known.get(message.own) === undefined) {
      known.add({ ...message.own, threadId });
      links.push({ ...message.own, threadId });
    }
    return threadId;
  });
  return { threads, links };
}

function refersToOthers({ headers: { inReplyTo, references } }: Threaded): boolean {
  return inReplyTo.length > 0 || references.length > 0;
}

/** Ancestors that are not here, yet or ever, still bind those together that name them. */
async function linkUnknownAncestors(tx: Tx, kin: readonly Kin[], known: LinkMap): Promise<void> {
  const added: ThreadLink[] = [];
  for (const message of kin) {
    const unknown = message.ancestors.filter((ancestor) => known.get(ancestor) === undefined);
    if (unknown.length === 0) continue;
    const threadId = threadOf(message, known) ?? newId<ThreadId>();
    for (const ancestor of unknown) {
      if (known.get(ancestor) !== undefined) continue;
      known.add({ ...ancestor, threadId });
      added.push({ ...ancestor, threadId });
    }
  }
  // Another server may have linked one in the meantime: what is stored counts.
  if (!(await insertLinks(tx, added))) for (const link of await selectLinks(tx, added)) known.add(link);
}

function threadOf({ own, ancestors }: Kin, known: LinkMap): ThreadId | undefined {
  for (const ancestor of ancestors) {
    const threadId = known.get(ancestor);
    if (threadId !== undefined) return threadId;
  }
  return own === null ? undefined : known.get(own);
}

async function indexReferences(keyring: Keyring, { organizationId, headers }: Threaded): Promise<Kin> {
  const index = async (id: string): Promise<Reference> => ({
    organizationId,
    index: await keyring.blindIndex(organizationId, 'messages.message-id', id),
  });
  const nearestFirst = [...headers.inReplyTo, ...headers.references.toReversed()];
  const ids = new Set([...nearestFirst.slice(0, ancestorLimit), ...headers.references.slice(0, 1)]);
  if (headers.messageId !== null) ids.delete(headers.messageId);
  return {
    own: headers.messageId === null ? null : await index(headers.messageId),
    ancestors: await Promise.all([...ids].map(index)),
  };
}

class LinkMap {
  readonly #threads = new Map<string, ThreadId>();

  constructor(links: readonly ThreadLink[]) {
    for (const link of links) this.add(link);
  }

  add(link: ThreadLink): void {
    this.#threads.set(keyOf(link), link.threadId);
  }

  get(reference: Reference): ThreadId | undefined {
    return this.#threads.get(keyOf(reference));
  }
}

function keyOf({ organizationId, index }: Reference): string {
  return `${organizationId}:${index.toString('base64')}`;
}
