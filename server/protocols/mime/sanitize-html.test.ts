import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sanitizeHtml } from './sanitize-html.ts';

const testdata = process.env['CAREPOST_TESTDATA'] ?? '../shared/testdata';

const tag = /<\/?([a-z0-9]+)((?: [a-z-]+="[^"<>]*")*)(?: \/)?>/g;
const harmless =
  /^(?:align|alt|bgcolor|border|cellpadding|cellspacing|color|colspan|data-cid|data-remote-src|dir|face|height|href|lang|rel|rowspan|scope|size|src|start|style|target|title|type|valign|width)$/;
const forbiddenTag =
  /^(?:script|style|iframe|object|embed|form|input|button|svg|math|link|meta|base|template|noscript|textarea|select|video|audio)$/;

/** Every "<" of the result belongs to a well-formed tag of known attributes; those that load or lead somewhere are checked. */
function assertHarmless(html: string): void {
  for (const [, name = '', attributes = ''] of html.matchAll(tag)) {
    assert.doesNotMatch(name, forbiddenTag);
    for (const [, attribute = '', value = ''] of attributes.matchAll(/ ([a-z-]+)="([^"]*)"/g)) {
      assert.match(attribute, harmless);
      if (attribute === 'href') assert.match(value, /^(?:https?|mailto|tel):/i);
      if (attribute === 'src') assert.match(value, /^data:image\/(?:png|gif|jpeg|webp);base64,/i);
      if (attribute === 'data-remote-src') assert.match(value, /^https?:/);
      if (attribute === 'style')
        assert.doesNotMatch(value, /url|expression|import|position|var\(|@|\\|javascript/i);
    }
  }
  assert.doesNotMatch(html.replace(tag, ''), /</);
}

describe('sanitizeHtml', () => {
  it('holds remote images back and names those of the message', () => {
    const { html, blockedRemote, cids } = sanitizeHtml(
      '<img src="https://t.test/p.gif?a=1&b=2" srcset="https://t.test/2x 2x" width="1"><img src="//t.test/q"><img src=" cid:a%40b ">' +
        '<img src="data:image/png;base64,AAAA"><img src="data:image/svg+xml;base64,AAAA"><img src="file:///etc/passwd"><img data-remote-src="x" data-cid="y">',
    );
    assert.equal(
      html,
      '<img width="1" data-remote-src="https://t.test/p.gif?a=1&amp;b=2" /><img data-remote-src="https://t.test/q" />' +
        '<img data-cid="a@b" /><img src="data:image/png;base64,AAAA" /><img /><img /><img />',
    );
    assert.equal(blockedRemote, 2);
    assert.deepEqual([...cids], ['a@b']);
  });
  it('loads nothing by any other way', () => {
    for (const html of [
      '<table background="https://t.test/x">',
      '<div style="background:url(https://t.test/x)">',
      '<link rel=stylesheet href="https://t.test/x">',
      '<style>@import "https://t.test/x"</style>',
      '<video poster="https://t.test/x">',
      '<div style="background-image:image-set(https://t.test/x 1x)">',
      '<body background="https://t.test/x">',
      '<input type=image src="https://t.test/x">',
      '<div style="color:red;background:u\\72l(https://t.test/x)">',
      '<base href="https://t.test/">',
      '<meta http-equiv=refresh content="0;url=https://t.test/x">',
      '<svg><image href="https://t.test/x"/></svg>',
    ])
      assert.doesNotMatch(sanitizeHtml(html).html, /t\.test/, html);
  });
  it('opens links elsewhere, and only real ones', () => {
    const kept = sanitizeHtml('<a href="https://x.test/?a=1&amp;b" onclick=x target=_self>a</a>').html;
    assert.equal(
      kept,
      '<a href="https://x.test/?a=1&amp;b" rel="noopener noreferrer nofollow" target="_blank">a</a>',
    );
    for (const href of [
      'javascript:x',
      ' java\tscript:x',
      'data:text/html,x',
      'vbscript:x',
      '#top',
      '/path',
      '//x.test',
      'file:///x',
      'blob:x',
      'cid:x',
    ]) {
      assert.doesNotMatch(sanitizeHtml(`<a href="${href}">a</a>`).html, /href/, href);
    }
  });
  it('keeps styles in their place', () => {
    assert.equal(
      sanitizeHtml(
        '<p class="a" id="b" style="color:#c00;font-weight:bold;position:fixed;margin:-9px;top:0;z-index:9">x</p>',
      ).html,
      '<p style="color:#c00;font-weight:bold">x</p>',
    );
    assert.equal(sanitizeHtml('<style>body{display:none}</style><p>x</p>').html, '<p>x</p>');
  });
  it('keeps the text of a letter', () => {
    const letter =
      '<h1>Results</h1><p>Dear <b>you</b>,<br />see <i>below</i>.</p><table border="1"><tr><td colspan="2">1</td></tr></table>';
    assert.equal(sanitizeHtml(letter).html, letter);
  });
});

describe('payloads', { skip: !existsSync(testdata) && 'CAREPOST_TESTDATA is absent' }, () => {
  const file = join(testdata, 'html-xss/dompurify-expect.json');
  const payloads = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Array<{ title?: string; payload: string }>)
    : [];
  it('are all there', () => assert.ok(payloads.length > 200));
  payloads.forEach(({ title, payload }, index) => {
    it(`${index} ${title ?? ''}`, () => {
      const { html } = sanitizeHtml(payload);
      assertHarmless(html);
      // Mutation: what a second reader makes of it is harmless too, and stays the same.
      const again = sanitizeHtml(
        html.replaceAll('data-remote-src', 'src').replaceAll(/data-cid="/g, 'src="cid:'),
      ).html;
      assertHarmless(again);
    });
  });
});
