import type { LabInbox } from '../inbox/lab-inbox.ts';
import type { LabDomain, LabManner, LabServer, LabTls } from '../servers/lab-domain.ts';
import { html, type Html } from './html.ts';
import { layout } from './layout.ts';

const tlsWords = {
  verified: ['safe', 'Encrypts and proves who it is'],
  'self-signed': ['wait', 'Encrypts, certificate made by itself'],
  expired: ['wait', 'Encrypts, certificate has run out'],
  'wrong-name': ['wait', 'Encrypts, certificate for another name'],
  'tls11-only': ['risk', 'Only TLS 1.1'],
  none: ['risk', 'Does not encrypt'],
} as const satisfies Record<LabTls, readonly [string, string]>;

const mannerWords = {
  accepts: 'takes all mail',
  greylists: 'says "later" to new senders, once',
  'is-slow': 'waits before each answer',
  'refuses-recipients': 'knows nobody (550)',
  'turns-away': 'too busy: 421 to everybody',
  disconnects: 'hangs up after the message, once',
} as const satisfies Record<LabManner, string>;

/** Every domain of the lab, what its servers do and how much each took. */
export function serversPage(domains: readonly LabDomain[], inbox: LabInbox, now: Date): string {
  const taken = Map.groupBy(inbox.list(), ({ host }) => host);
  return layout({
    title: 'Servers',
    now,
    live: html`<h1>Servers</h1>
      <p>Write to any address at these domains. The name before the @ can ask for more: ${sentinels()}.</p>
      <div class="grid">
        ${domains.map((domain) => card(domain, (host) => taken.get(host)?.length ?? 0))}
      </div>`,
  });
}

function sentinels(): Html {
  const names = [
    'bounces-550',
    'bounces-451',
    'rejects-554',
    'hangs-up-before-storing',
    'hangs-up-after-storing',
  ];
  return html`${names.map((name, index) => html`${index === 0 ? '' : ', '}<code>${name}</code>`)}`;
}

function card(domain: LabDomain, countOf: (host: string) => number): Html {
  return html`<article class="card" aria-labelledby="d-${domain.name}">
    <h2 id="d-${domain.name}">${domain.name}</h2>
    <p>${domain.about}</p>
    ${domain.mtaSts === undefined ? '' : html`<p class="quiet">MTA-STS: ${domain.mtaSts.mode}, ${domain.mtaSts.mx.join(', ')}</p>`}
    <ul>
      ${domain.servers.map((server) => line(server, countOf(server.host)))}
    </ul>
  </article>`;
}

function line(server: LabServer, count: number): Html {
  const [tone, words] = tlsWords[server.tls];
  return html`<li>
    <b>${server.host}</b> <span class="tag ${tone}">${words}</span>
    <span class="quiet">${mannerWords[server.manner]} · took ${count}</span>
  </li>`;
}
