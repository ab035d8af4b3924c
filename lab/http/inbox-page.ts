import type { LabMessage } from '../inbox/lab-message.ts';
import { readMessage, webLink } from '../inbox/read-message.ts';
import type { LabPartners } from '../partners/lab-partners.ts';
import { html, type Html } from './html.ts';
import { layout, words } from './layout.ts';

/** What one address received, newest first, with links and codes at hand. */
export async function inboxPage(
  address: string,
  messages: readonly LabMessage[],
  now: Date,
  partners?: Pick<LabPartners, 'open'>,
): Promise<string> {
  const articles = await Promise.all(messages.toReversed().map((message) => article(message, partners)));
  return layout({
    title: address,
    now,
    live: html`<p><a href="/lab">All inboxes</a></p>
      <h1>${address}</h1>
      ${articles.length === 0 ? html`<p class="empty">Nothing was received yet. What comes appears here by itself.</p>` : articles}`,
  });
}

async function article(message: LabMessage, partners?: Pick<LabPartners, 'open'>): Promise<Html> {
  const read = await readMessage(message, partners);
  return html`<article class="card" aria-labelledby="m-${message.id}">
    <h2 id="m-${message.id}">${read.subject === '' ? 'No subject' : read.subject}</h2>
    <p class="quiet">
      From ${read.from === '' ? message.envelope.from : read.from} · ${words(message.receivedAt)}
    </p>
    <p>${transport(message)}${read.decrypted ? ' Encrypted; opened with the key of this mailbox.' : ''}</p>
    ${read.codes.map(
      (code) =>
        html`<p>
          <button type="button" class="code large" data-copy="${code}">
            ${code}<span class="said"> — copy the code</span>
          </button>
        </p>`,
    )}
    <pre>${linked(read.text)}</pre>
    ${read.attachments.map(({ filename, size }) => html`<p class="quiet">Attached: ${filename}, ${size} bytes</p>`)}
    <details>
      <summary>As it came</summary>
      <p class="quiet">
        Envelope: from ${message.envelope.from === '' ? 'nobody (a report)' : message.envelope.from} to
        ${message.envelope.to.join(', ')}; by ${message.client}
      </p>
      <pre tabindex="0">${message.raw.toString('utf8')}</pre>
    </details>
  </article>`;
}

function transport({ tls, host }: LabMessage): Html {
  if (tls === null)
    return html`<span class="tag risk">Came without encryption</span> <span class="quiet">to ${host}</span>`;
  return html`<span class="tag safe">Came by ${tls.version.replace('TLSv', 'TLS ')}</span>
    <span class="quiet">${tls.cipher}, to ${host}</span>`;
}

/** The text with its web links to click on. */
function linked(text: string): Html[] {
  const parts: Html[] = [];
  let end = 0;
  for (const { 0: link, index } of text.matchAll(webLink)) {
    parts.push(html`${text.slice(end, index)}<a href="${link}">${link}</a>`);
    end = index + link.length;
  }
  return [...parts, html`${text.slice(end)}`];
}
