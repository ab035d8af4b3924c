import { coreEcho, type Method } from '#protocols/jmap/index.ts';
import { followChanges } from './follow-changes.ts';
import { getEmails } from './get-emails.ts';
import { getIdentities } from './get-identities.ts';
import { getMailboxes } from './get-mailboxes.ts';
import { getSubmissions } from './get-submissions.ts';
import { getThreads } from './get-threads.ts';
import type { JmapContext } from './jmap-context.ts';
import type { MailboxPorts } from './ports.ts';
import { queryEmails } from './query-emails.ts';
import { queryMailboxes } from './query-mailboxes.ts';
import { setEmails } from './set-emails.ts';
import { setMailboxes } from './set-mailboxes.ts';
import { setSubmissions } from './set-submissions.ts';

/** Every method that this server answers, by name. */
export function jmapMethods(ports: MailboxPorts): ReadonlyMap<string, Method<JmapContext>> {
  const methods: Method<JmapContext>[] = [
    coreEcho,
    getMailboxes(ports),
    queryMailboxes(ports),
    setMailboxes(ports),
    getEmails(ports),
    queryEmails(ports),
    setEmails(ports),
    getThreads(ports),
    ...getIdentities(ports),
    getSubmissions(ports),
    setSubmissions(ports),
    ...followChanges(ports),
  ];
  return new Map(methods.map((method) => [method.name, method]));
}
