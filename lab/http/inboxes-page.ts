import type { LabCredentials } from '../seed/credentials.ts';
import type { LabInbox } from '../inbox/lab-inbox.ts';
import { html, type Html } from './html.ts';
import { layout, words } from './layout.ts';

/** Where mail programs submit. */
export interface SubmissionPorts {
  readonly startTls: number;
  readonly implicitTls: number;
}

/** The first page: who received what, who can sign in, and what can be tried. */
export function inboxesPage(
  inbox: LabInbox,
  credentials: LabCredentials | null,
  submission: SubmissionPorts,
  now: Date,
): string {
  return layout({
    title: 'Inboxes',
    now,
    live: html`<section aria-labelledby="inboxes">
      <h1 id="inboxes">Inboxes</h1>
      <p>Be the patient: open an inbox, follow the link, use the code.</p>
      ${list(inbox)}
    </section>`,
    still: html`${credentials === null ? '' : signIns(credentials, submission)}${sendForm()}${controls()}`,
  });
}

function list(inbox: LabInbox): Html {
  const addresses = inbox.addresses();
  if (addresses.length === 0)
    return html`<p class="empty">
      Nothing was received yet. Send a message from the workspace, and it appears here.
    </p>`;
  return html`<ul class="rows">
    ${addresses.map(
      ({ address, count, latestAt }) =>
        html`<li>
          <a href="/lab/inbox?address=${encodeURIComponent(address)}"
            ><b>${address}</b
            ><span class="quiet"
              >${count === 1 ? '1 message' : `${count} messages`} · ${words(latestAt)}</span
            ></a
          >
        </li>`,
    )}
  </ul>`;
}

function signIns(
  { organization, users, apiKey, appPassword }: LabCredentials,
  submission: SubmissionPorts,
): Html {
  return html`<section aria-labelledby="staff">
    <h2 id="staff">Sign in as staff of ${organization}</h2>
    <ul class="rows">
      ${users.map(
        ({ email, role, password }) =>
          html`<li class="pair">
            <b>${email}</b><span class="quiet">${role}</span
            ><button type="button" class="code" data-copy="${password}">
              ${password}<span class="said"> — copy the password</span>
            </button>
          </li>`,
      )}
      <li class="pair">
        <b>Mail program</b
        ><span class="quiet"
          >user ${appPassword.username}, ports ${submission.startTls} (STARTTLS) and ${submission.implicitTls}
          (TLS)</span
        ><button type="button" class="code" data-copy="${appPassword.password}">
          ${appPassword.password}<span class="said"> — copy the app password</span>
        </button>
      </li>
      <li class="pair">
        <b>API key</b><span class="quiet">of ${apiKey.user}</span
        ><button type="button" class="code" data-copy="${apiKey.key}">
          ${apiKey.key}<span class="said"> — copy the API key</span>
        </button>
      </li>
    </ul>
  </section>`;
}

function sendForm(): Html {
  return html`<section aria-labelledby="send">
    <h2 id="send">Write to the clinic, as a stranger</h2>
    <form class="card" data-send>
      <label for="from">From</label
      ><input id="from" name="from" type="email" required value="jane@mail.test" autocomplete="off" />
      <label for="to">To</label
      ><input id="to" name="to" type="email" required value="nurse@lakeside.test" autocomplete="off" />
      <label for="subject">Subject</label
      ><input id="subject" name="subject" value="A question" autocomplete="off" />
      <label for="text">Message</label
      ><textarea id="text" name="text" rows="4">When is my next appointment?</textarea>
      <button class="primary">Send</button>
    </form>
  </section>`;
}

function controls(): Html {
  return html`<section aria-labelledby="time">
    <h2 id="time">Time and order</h2>
    <div class="card actions">
      <button type="button" data-post="/lab/clock" data-body='{"advanceSeconds":3600}'>One hour later</button>
      <button type="button" data-post="/lab/clock" data-body='{"advanceSeconds":86400}'>One day later</button>
      <button type="button" data-post="/lab/settle" data-body="">Run all that is due</button>
      <button type="button" class="risk" data-delete="/lab/inboxes">Empty all inboxes</button>
    </div>
  </section>`;
}
