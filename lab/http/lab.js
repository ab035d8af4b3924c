// Makes the lab's pages live. Without it they can be read all the same.

const said = document.getElementById('said');
const live = document.getElementById('live');
let silence;

function say(words) {
  said.textContent = words;
  clearTimeout(silence);
  silence = setTimeout(() => (said.textContent = ''), 6000);
}

async function call(method, path, body) {
  const options =
    body === undefined ? { method } : { method, body, headers: { 'content-type': 'application/json' } };
  const response = await fetch(path, options);
  const answer = response.status === 204 ? {} : await response.json();
  if (!response.ok) throw new Error(answer.detail ?? `The server answered ${response.status}`);
  return answer;
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest('button[data-copy], button[data-post], button[data-delete]');
  if (button === null) return;
  const { copy, post, body, delete: remove } = button.dataset;
  try {
    if (copy !== undefined) {
      await navigator.clipboard.writeText(copy);
      say('Copied');
    } else if (post !== undefined) {
      const answer = await call('POST', post, body === '' ? undefined : body);
      say(
        answer.now === undefined ? `Done: ${answer.done}` : `It is now ${new Date(answer.now).toUTCString()}`,
      );
    } else {
      await call('DELETE', remove);
      say('All inboxes are empty');
      await refresh();
    }
  } catch (error) {
    say(error.message);
  }
});

document.addEventListener('submit', async (event) => {
  const form = event.target.closest('form[data-send]');
  if (form === null) return;
  event.preventDefault();
  const { from, to, subject, text } = Object.fromEntries(new FormData(form));
  try {
    const answer = await call('POST', '/lab/send', JSON.stringify({ from, to: [to], subject, text }));
    say(answer.ok ? 'The product took the message' : `The product refused: ${answer.response}`);
  } catch (error) {
    say(error.message);
  }
});

let known;

/** Shows what has come, unless the person is at work inside it. */
async function refresh() {
  const response = await fetch('/lab/inboxes');
  const now = await response.text();
  if (known !== undefined && known !== now && !live.contains(document.activeElement)) {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html');
    live.replaceChildren(...page.getElementById('live').childNodes);
  }
  known = now;
}

setInterval(() => {
  if (!document.hidden) refresh().catch(() => {});
}, 2000);
