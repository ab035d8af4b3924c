import sanitize from 'sanitize-html';
import { allowedStyles } from './safe-styles.ts';

export interface SanitizedHtml {
  readonly html: string;
  /** Remote images held back. */
  readonly blockedRemote: number;
  /** Content-IDs of the message's own parts that the HTML shows. */
  readonly cids: ReadonlySet<string>;
}

const tags = (
  'a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div ' +
  'dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q rp rt ' +
  'ruby s samp section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr'
).split(' ');

/** Tags whose text is not for reading either. */
const droppedWithText = (
  'script style textarea option select noscript title xmp iframe noembed noframes plaintext svg math template ' +
  'object applet audio video canvas'
).split(' ');

const inlineImage = /^data:image\/(?:png|gif|jpeg|webp);base64,[a-z0-9+/=\s]+$/i;

/**
 * HTML of a stranger, made fit to be shown: an allow-list of tags, attributes and styles; no scripts,
 * forms, frames, ids or classes. Nothing loads by itself: remote images keep their address in
 * `data-remote-src`, images of the message are named by `data-cid`. Links open away from the page and
 * tell nobody where the reader came from. Markup nested deeper than 200 is flattened.
 */
export function sanitizeHtml(html: string): SanitizedHtml {
  let blockedRemote = 0;
  const cids = new Set<string>();

  function image(attributes: sanitize.Attributes): sanitize.Attributes {
    const { src = '', srcset: _srcset, ...others } = attributes;
    const source = src.trim();
    if (/^cid:/i.test(source)) {
      const cid = decodeCid(source.slice(4));
      cids.add(cid);
      return { ...others, 'data-cid': cid };
    }
    if (inlineImage.test(source)) return { ...others, src: source };
    const remote = URL.parse(source.startsWith('//') ? `https:${source}` : source);
    if (remote === null || (remote.protocol !== 'https:' && remote.protocol !== 'http:')) return others;
    blockedRemote += 1;
    return { ...others, 'data-remote-src': remote.href };
  }

  const clean = sanitize(html, {
    allowedTags: tags,
    nonTextTags: droppedWithText,
    allowedAttributes: {
      '*': ['align', 'bgcolor', 'dir', 'height', 'lang', 'style', 'title', 'valign', 'width'],
      a: ['href', 'rel', 'target'],
      img: ['alt', 'src', 'data-cid', 'data-remote-src'],
      font: ['color', 'face', 'size'],
      ol: ['start', 'type'],
      table: ['border', 'cellpadding', 'cellspacing'],
      td: ['colspan', 'rowspan'],
      th: ['colspan', 'rowspan', 'scope'],
    },
    allowedStyles: { '*': allowedStyles },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesByTag: { img: ['data'] },
    allowProtocolRelative: false,
    nestingLimit: 200,
    transformTags: {
      a: (tagName, { href, title }) => ({
        tagName,
        attribs: {
          ...(href !== undefined && /^\s*(?:https?:|mailto:|tel:)/i.test(href) && { href: href.trim() }),
          ...(title !== undefined && { title }),
          rel: 'noopener noreferrer nofollow',
          target: '_blank',
        },
      }),
      img: (tagName, attributes) => {
        const { 'data-cid': _cid, 'data-remote-src': _remote, ...given } = attributes;
        return { tagName, attribs: image(given) };
      },
    },
  });
  return { html: clean, blockedRemote, cids };
}

function decodeCid(text: string): string {
  try {
    return decodeURIComponent(text); // RFC 2392 §2
  } catch {
    return text;
  }
}
