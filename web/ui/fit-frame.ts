/**
 * A ref for a same-origin frame: keeps it as tall as its document, and hands its keys to the page so
 * that shortcuts work there too.
 */
export function fitFrame(frame: HTMLIFrameElement | null): (() => void) | undefined {
  if (!frame) return undefined;
  let observer: ResizeObserver | undefined;

  const settle = () => {
    const inner = frame.contentDocument;
    if (!inner?.body) return;
    const fit = () => {
      frame.style.height = `${Math.ceil(inner.documentElement.getBoundingClientRect().height) + 2}px`;
    };
    observer?.disconnect();
    observer = new ResizeObserver(fit);
    observer.observe(inner.documentElement);
    inner.addEventListener('keydown', passOn);
    fit();
  };

  frame.addEventListener('load', settle);
  settle();
  return () => {
    frame.removeEventListener('load', settle);
    observer?.disconnect();
  };
}

function passOn(event: KeyboardEvent): void {
  const again = new KeyboardEvent('keydown', event);
  document.body.dispatchEvent(again);
  if (again.defaultPrevented) event.preventDefault();
}
