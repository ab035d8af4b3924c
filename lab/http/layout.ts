import { html, type Html } from './html.ts';

/** A whole page of the lab. What is in `live` is fetched anew when mail comes. */
export function layout(page: {
  readonly title: string;
  readonly live: Html;
  readonly still?: Html;
  readonly now: Date;
}): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title} · carepost lab</title>
        <link rel="stylesheet" href="/lab/lab.css" />
        <script src="/lab/lab.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <a class="brand" href="/lab"><span class="logo" aria-hidden="true">L</span>carepost lab</a>
          <nav aria-label="Lab">
            <a href="/lab">Inboxes</a> <a href="/lab/servers">Servers</a> <a href="/">Workspace</a>
          </nav>
        </header>
        <main id="main">
          <div id="live">${page.live}</div>
          ${page.still ?? ''}
        </main>
        <footer>
          <p>
            The product’s clock says <time datetime="${page.now.toISOString()}">${words(page.now)}</time>. The
            lab is a small internet on this machine; nothing here leaves it.
          </p>
        </footer>
        <p id="said" role="status" aria-live="polite"></p>
      </body>
    </html>`.text;
}

const format = new Intl.DateTimeFormat('en-US', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: 'UTC',
});

/** A moment in words, in UTC. */
export function words(moment: Date): string {
  return `${format.format(moment)} UTC`;
}
