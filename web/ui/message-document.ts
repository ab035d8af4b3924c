import createDOMPurify from 'dompurify';
import { hiddenPicture, hiddenPictureStyle } from './hidden-picture.ts';

/** The server parks the address of each remote picture here; nothing is fetched from it until a person asks. */
const REMOTE_SOURCE = 'data-remote-src';
/** …and here the Content-ID of a picture that came with the message. */
const INLINE_PART = 'data-cid';

const forbidden = [
  'form',
  'input',
  'button',
  'textarea',
  'select',
  'option',
  'iframe',
  'object',
  'embed',
  'video',
  'audio',
  'source',
  'track',
  'link',
  'meta',
  'base',
  'svg',
  'math',
  'dialog',
  'template',
  'portal',
  'noscript',
];

/** What an attribute may say: one of these schemes, or no scheme at all (most attributes are not addresses). */
const allowedValue =
  /^(?:(?:https?|mailto|tel|cid|blob):|data:image\/(?:png|gif|jpe?g|webp);|[^a-z]|[a-z+.-]+(?:[^a-z+.:-]|$))/i;

/** Where a link may lead. A message has no pages of its own: an address without a scheme would lead to ours. */
const allowedLink = /^(?:https?:|mailto:|tel:|#)/i;

export interface MessageDocument {
  /** A whole HTML document for `srcdoc`. */
  html: string;
  /** It sets colours itself, so it is shown on white whatever the scheme. */
  ownColours: boolean;
  remotePictures: number;
}

interface Options {
  showPictures: boolean;
  /** Content-ID → address of the inline part. */
  inlineParts: Readonly<Record<string, string>>;
  language: string;
  scheme: 'light' | 'dark';
}

/**
 * Makes the document of a message frame. Cleaned again here, though the server has done it: two
 * sanitizers by different hands, then a sandbox without scripts and a content policy of its own.
 */
export function messageDocument(unsafe: string, options: Options): MessageDocument {
  const purify = createDOMPurify(window);
  const cleaned = purify.sanitize(unsafe, {
    FORBID_TAGS: forbidden,
    FORBID_ATTR: ['id', 'name', 'class', 'ping', 'srcset', 'background', 'formaction'],
    ADD_ATTR: [REMOTE_SOURCE, INLINE_PART, 'target'],
    ALLOWED_URI_REGEXP: allowedValue,
    ALLOW_DATA_ATTR: false,
    RETURN_DOM: true,
  }) as HTMLElement | null;
  const body = cleaned ?? document.createElement('body');
  const remotePictures = settlePictures(body, options);
  for (const link of body.querySelectorAll('a[href], area[href]')) {
    if (!allowedLink.test(link.getAttribute('href') ?? '')) link.removeAttribute('href');
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noopener noreferrer nofollow');
  }
  const content = body.innerHTML;
  const pictures = options.showPictures ? 'data: blob: https:' : 'data: blob:';
  const ownColours = /(?:\bbgcolor=|\bcolor=|(?:color|background)[\w-]*\s*:)/i.test(content);
  return {
    html: `<!doctype html><html lang="${options.language}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src ${pictures}; form-action 'none'; base-uri 'none'">
<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width">
<style>${frameStyle(ownColours ? 'paper' : options.scheme)}</style></head><body>${content}</body></html>`,
    ownColours,
    remotePictures,
  };
}

/** Plain text as safe HTML: escaped, lines kept, web addresses linked. */
export function textAsHtml(text: string): string {
  const escaped = text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
  const linked = escaped.replace(
    /\bhttps?:\/\/[^\s<>&"]+(?:&amp;[^\s<>&"]+)*/g,
    (url) => `<a href="${url}">${url}</a>`,
  );
  return `<div style="white-space:pre-wrap">${linked}</div>`;
}

function settlePictures(body: HTMLElement, { showPictures, inlineParts }: Options): number {
  let remote = 0;
  const shown = showPictures ? /^(?:data:image\/|blob:|https:)/i : /^(?:data:image\/|blob:)/i;
  for (const picture of body.querySelectorAll('img')) {
    const source = picture.getAttribute('src') ?? '';
    const remoteSource = picture.getAttribute(REMOTE_SOURCE) ?? (/^https?:/i.test(source) ? source : null);
    const cid = picture.getAttribute(INLINE_PART) ?? (source.startsWith('cid:') ? source.slice(4) : null);
    picture.removeAttribute(REMOTE_SOURCE);
    picture.removeAttribute(INLINE_PART);
    if (cid !== null) setSource(picture, inlineParts[cid]);
    if (remoteSource !== null) {
      remote += 1;
      setSource(picture, showPictures ? remoteSource : undefined);
    }
    if (!picture.hasAttribute('alt')) picture.setAttribute('alt', '');
    // What the content policy lets through; everything else would be drawn as broken.
    if (!shown.test(picture.getAttribute('src') ?? '')) {
      const box = hiddenPicture(picture);
      if (box === null) picture.remove();
      else picture.replaceWith(box);
    }
  }
  return remote;
}

function setSource(picture: HTMLImageElement, source: string | undefined): void {
  if (source === undefined) picture.removeAttribute('src');
  else picture.setAttribute('src', source);
}

/** `paper`: the letter brings its own colours, made for white. */
function frameStyle(scheme: 'light' | 'dark' | 'paper'): string {
  const root = getComputedStyle(document.documentElement);
  const token = (name: string, otherwise: string) => root.getPropertyValue(name).trim() || otherwise;
  const paper = scheme === 'paper';
  const ink = paper ? '#14211f' : token('--ink', 'CanvasText');
  const line = paper ? '#dfe5e3' : token('--line', '#ccc');
  const box = {
    ink: paper ? '#4d5c59' : token('--ink-2', ink),
    line,
    ground: paper ? '#f5f7f6' : token('--wash', 'transparent'),
  };
  const link = paper ? '#0b6b62' : token('--action', 'LinkText');
  return `:root{color-scheme:${paper ? 'light' : scheme}}
body{margin:0;padding:${paper ? '16px' : '1px'};background:transparent;color:${ink};font-family:${token('--font', 'sans-serif')};
font-size:${getComputedStyle(document.body).fontSize};line-height:1.6;overflow-wrap:anywhere;overflow-x:auto}
a{color:${link}}img{max-width:100%;height:auto}pre{white-space:pre-wrap}p{margin:0 0 1em}table{max-width:100%}
blockquote{margin:0 0 1em;padding-left:12px;border-left:2px solid ${token('--line', '#ccc')}}
${hiddenPictureStyle(box)}`;
}
