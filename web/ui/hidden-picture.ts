/** At most this many pixels in either direction is no picture to look at: it tells somebody that it was fetched. */
const beacon = 4;

/** A calm box in place of a picture that is not shown: of its size where that is known, with its words. */
export function hiddenPicture(picture: HTMLImageElement): HTMLElement | null {
  const width = lengthOf(picture, 'width');
  const height = lengthOf(picture, 'height');
  if (isBeacon(width) || isBeacon(height)) return null;
  const words = (picture.getAttribute('alt') ?? '').trim();
  const box = document.createElement('span');
  box.className = 'hidden-picture';
  if (words === '') {
    box.setAttribute('aria-hidden', 'true');
  } else {
    box.setAttribute('role', 'img');
    box.setAttribute('aria-label', words);
    box.append(words);
  }
  if (width !== null) box.style.width = width;
  // Shrinks as the picture would: the width gives way on a narrow screen, the height follows.
  if (isPixels(width) && isPixels(height))
    box.style.aspectRatio = `${parseFloat(width)} / ${parseFloat(height)}`;
  else if (isPixels(height)) box.style.height = height;
  if (width !== null && isPixels(height) && parseFloat(height) < 24) box.style.padding = '0';
  return box;
}

type Length = string | null;

const isPixels = (length: Length): length is string => length?.endsWith('px') === true;
const isBeacon = (length: Length): boolean => isPixels(length) && parseFloat(length) <= beacon;

/** In px or %, from its style, else from its attribute. */
function lengthOf(picture: HTMLImageElement, side: 'width' | 'height'): Length {
  const styled = picture.style[side];
  if (/^\d+(?:\.\d+)?(?:px|%)$/.test(styled)) return styled;
  const [, number, unit = 'px'] =
    /^\s*(\d+(?:\.\d+)?)(px|%)?\s*$/.exec(picture.getAttribute(side) ?? '') ?? [];
  return number === undefined ? null : `${number}${unit === '' ? 'px' : unit}`;
}

/** For the style sheet of the document that holds such boxes. */
export function hiddenPictureStyle({
  ink,
  line,
  ground,
}: {
  ink: string;
  line: string;
  ground: string;
}): string {
  return `.hidden-picture{display:inline-flex;align-items:center;justify-content:center;gap:6px;box-sizing:border-box;
max-width:100%;min-width:24px;min-height:24px;padding:4px 8px;overflow:hidden;vertical-align:middle;border:1px dashed ${line};border-radius:6px;
background:${ground};color:${ink};font-size:13px;line-height:1.35;text-align:center;text-decoration:none}
.hidden-picture::before{content:"";flex:none;width:16px;height:16px;background:currentColor;mask:${icon} center/contain no-repeat}`;
}

/** A picture frame: hills and a sun. */
const icon = `url("data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#000" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><rect x="3" y="4" width="18" height="16" rx="2.5"/><path d="m3 16 5-5 5 5m-1-1 3-3 6 6"/><circle cx="15.5" cy="8.5" r="1"/></svg>',
)}")`;
