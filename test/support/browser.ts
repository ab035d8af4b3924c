import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { AxeResults } from 'axe-core';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The widths that every screen is looked at, in CSS pixels. */
export const widths = {
  wide: { width: 1440, height: 900 },
  narrow: { width: 390, height: 844 },
  least: { width: 320, height: 640 },
} as const;
export type Width = keyof typeof widths;

/** Debian's Chromium. One a test file: people in it share nothing, see {@link openVisitor}. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
}

/** A person at a device of their own: cookies, storage, and what went wrong on their pages. */
export interface Visitor extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong since the start: errors, refusals of the content policy, dialogs, findings of `look`. */
  readonly troubles: string[];
  /**
   * Looks at the screen in light and dark: clean by axe (WCAG 2.1 AA), nothing wider than the window.
   * Takes its picture when somebody wants them.
   */
  look(screen: string): Promise<void>;
  /** A picture alone, when somebody wants them: of what a test stumbled over. */
  picture(name: string): Promise<void>;
}

interface VisitorOptions {
  readonly origin: string;
  readonly width: Width;
  readonly language?: string;
}

/** Pages answer within a few seconds even on a machine that does much else. */
const patienceMs = 20_000;

export async function openVisitor(
  browser: Browser,
  { origin, width, language = 'en-US' }: VisitorOptions,
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: origin,
    viewport: widths[width],
    hasTouch: width !== 'wide',
    isMobile: width !== 'wide',
    locale: language,
    timezoneId: 'America/Chicago',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  context.setDefaultTimeout(patienceMs);
  const troubles: string[] = [];
  context.on('weberror', (error) => troubles.push(`uncaught: ${error.error().message}`));
  context.on('console', (message) => {
    // A refusal by the server (401 before the sign-in) is no error of the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      troubles.push(`console: ${message.text()}`);
  });
  context.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const page = await context.newPage();
  return {
    page,
    context,
    troubles,
    look: async (screen) => void troubles.push(...(await findingsOf(page, screen))),
    picture: (name) => takePicture(page, name),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Each way in which a page can be drawn, and what axe looks for in it: in the dark, the same page in other colours. */
const schemes = {
  light: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
  dark: ['color-contrast'],
} as const;

/** What axe finds against WCAG 2.1 AA, one line a finding; empty when the page is clean. */
async function accessibilityFindings(page: Page, runOnly: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate<boolean>('"axe" in globalThis'))) await page.evaluate(await axeSource);
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, ${JSON.stringify({ runOnly, iframes: false, resultTypes: ['violations'] })})`,
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/**
 * What must be scrolled sideways to be read (WCAG 2.1, 1.4.10): the page, or a part of it that scrolls by
 * itself. Lower parts, a row of tabs say, may.
 */
const tooWide = `[...document.querySelectorAll('*')]
  .filter((part) => part === document.documentElement ||
    (part.clientHeight > 200 && /auto|scroll/.test(getComputedStyle(part).overflowX)))
  .filter((part) => part.scrollWidth > part.clientWidth + 1)
  .map((part) => part.localName + '.' + part.className + ' is ' + (part.scrollWidth - part.clientWidth) + ' px too wide')`;

/** The folder for pictures of each screen, outside of the repository; unset: none are taken. */
const pictures = process.env.CAREPOST_TEST_PICTURES;

/** What moves or fades has come to its end: half-way no colour is the one that a person reads. */
const atRest = `Promise.allSettled(document.getAnimations()
    .filter((animation) => Number.isFinite(animation.effect?.getComputedTiming().endTime))
    .map((animation) => animation.finished))
  .then(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(null)))))`;

async function findingsOf(page: Page, screen: string): Promise<string[]> {
  await page.evaluate(atRest);
  const findings: string[] = [];
  const width = page.viewportSize()?.width;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const name = `${screen} at ${width} px in ${colorScheme}`;
    await takePicture(page, `${screen}-${width}-${colorScheme}`);
    findings.push(
      ...(await accessibilityFindings(page, schemes[colorScheme])).map((finding) => `${name}: ${finding}`),
    );
    findings.push(...(await page.evaluate<string[]>(tooWide)).map((finding) => `${name}: ${finding}`));
  }
  await page.emulateMedia({ colorScheme: 'light' });
  return findings;
}

async function takePicture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled' });
}
