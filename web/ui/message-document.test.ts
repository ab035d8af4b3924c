// @vitest-environment jsdom
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messageDocument, textAsHtml } from './message-document.ts';

const options = { showPictures: false, inlineParts: {}, language: 'en', scheme: 'light' } as const;

/** The body as a browser reads it. */
function bodyOf(html: string): HTMLElement {
  return new DOMParser().parseFromString(html, 'text/html').body;
}

describe('messageDocument', () => {
  it('lets no payload of the public corpus keep anything that runs', async (context) => {
    const folder = process.env['CAREPOST_TESTDATA'] ?? join(import.meta.dirname, '../../../shared/testdata');
    const file = await readFile(join(folder, 'html-xss/dompurify-expect.json'), 'utf8').catch(() => null);
    if (file === null) return context.skip('testdata/html-xss is not here');
    const payloads = (JSON.parse(file) as { payload: string }[]).map(({ payload }) => payload);
    expect(payloads.length).toBeGreaterThan(200);
    for (const payload of payloads) {
      const body = bodyOf(messageDocument(payload, options).html);
      const active = body.querySelectorAll(
        'script, iframe, object, embed, form, input, button, svg, math, base, meta, link',
      );
      expect(active, payload).toHaveLength(0);
      for (const element of body.querySelectorAll('*')) {
        for (const { name, value } of element.attributes) {
          expect(name.startsWith('on'), payload).toBe(false);
          if (name === 'href' || name === 'src')
            expect(value, payload).not.toMatch(/^\s*(?:javascript|vbscript|data:text)/i);
        }
      }
    }
  });

  it('parks remote pictures until they are asked for', () => {
    const html =
      '<p>Hello</p><img data-remote-src="https://x.test/a.png"><img src="https://x.test/b.png" srcset="https://x.test/c.png 2x">';
    const hidden = messageDocument(html, options);
    expect(hidden.remotePictures).toBe(2);
    expect(hidden.html).not.toContain('x.test');
    expect(hidden.html).toContain('img-src data: blob:;');

    const shown = messageDocument(html, { ...options, showPictures: true });
    expect(bodyOf(shown.html).querySelectorAll('img[src^="https://x.test/"]')).toHaveLength(2);
    expect(shown.html).toContain('img-src data: blob: https:;');
  });

  it('puts a box of the same size and words where a picture is hidden', () => {
    const html =
      '<img data-remote-src="https://x.test/a.png" width="600" height="200" alt="Our new hours"><img data-remote-src="https://x.test/b.png" style="width:50%"><img data-remote-src="https://x.test/beacon.gif" width="1" height="1">';
    const body = bodyOf(messageDocument(html, options).html);
    expect(body.querySelectorAll('img')).toHaveLength(0);
    const [sized, half, ...others] = body.querySelectorAll<HTMLElement>('.hidden-picture');
    expect(sized?.getAttribute('role')).toBe('img');
    expect(sized?.getAttribute('aria-label')).toBe('Our new hours');
    expect(sized?.textContent).toBe('Our new hours');
    expect(sized?.getAttribute('style')).toMatch(/width: 600px; aspect-ratio: 600 \/ 200/);
    expect(half?.style.width).toBe('50%');
    expect(half?.getAttribute('aria-hidden')).toBe('true');
    expect(others, 'a beacon leaves nothing').toHaveLength(0);
    const shown = bodyOf(messageDocument(html, { ...options, showPictures: true }).html);
    expect(shown.querySelectorAll('img')).toHaveLength(3);
    expect(shown.querySelector('.hidden-picture')).toBeNull();
  });

  it('shows pictures that came with the message', () => {
    const made = messageDocument('<img data-cid="logo@x"><img src="cid:gone">', {
      ...options,
      inlineParts: { 'logo@x': 'blob:here' },
    });
    const [logo, ...others] = bodyOf(made.html).querySelectorAll('img');
    expect(logo?.getAttribute('src')).toBe('blob:here');
    expect(others, 'one that is not there is no broken picture').toHaveLength(0);
    expect(made.remotePictures).toBe(0);
  });

  it('opens links elsewhere, without telling them where from', () => {
    const link = bodyOf(messageDocument('<a href="https://x.test">x</a>', options).html).querySelector('a');
    expect(link?.target).toBe('_blank');
    expect(link?.rel).toBe('noopener noreferrer nofollow');
  });

  it('lets no link lead into our own pages', () => {
    const html =
      '<a href="/api/v1/session">a</a><a href="mail/inbox">b</a><a href="#part">c</a><a href="mailto:a@x.test">d</a>';
    const links = [...bodyOf(messageDocument(html, options).html).querySelectorAll('a')];
    expect(links.map((link) => link.getAttribute('href'))).toEqual([null, null, '#part', 'mailto:a@x.test']);
  });

  it('keeps white paper under a letter that sets colours', () => {
    expect(messageDocument('<table><tr><td bgcolor="#eee">x</td></tr></table>', options).ownColours).toBe(
      true,
    );
    expect(messageDocument('<p style="text-align:center">color</p>', options).ownColours).toBe(false);
  });
});

describe('textAsHtml', () => {
  it('escapes text and links addresses', () => {
    expect(textAsHtml('<b> & https://x.test/?a=1&b=2.')).toBe(
      '<div style="white-space:pre-wrap">&lt;b&gt; &amp; <a href="https://x.test/?a=1&amp;b=2.">https://x.test/?a=1&amp;b=2.</a></div>',
    );
  });
});
