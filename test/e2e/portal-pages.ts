import type { Page } from 'playwright-core';
import type { LabMessageView } from '../../lab/http/endpoints.ts';
import type { LabClient } from './lab-client.ts';

const isNotice = ({ links, codes }: LabMessageView) => links.length > 0 && codes.length === 0;
const isCode = ({ codes }: LabMessageView) => codes.length > 0;

/** The newest notice to an address, and the link in it. */
export async function noticeTo(
  lab: LabClient,
  address: string,
): Promise<{ notice: LabMessageView; link: string }> {
  const notice = await lab.awaits(address, isNotice);
  const [link = ''] = notice.links;
  return { notice, link };
}

/** The newest one-time code to an address that is none of `before`. */
export async function codeTo(
  lab: LabClient,
  address: string,
  before: readonly string[] = [],
): Promise<string> {
  const { codes } = await lab.awaits(
    address,
    (message) => isCode(message) && !before.includes(message.codes[0] ?? ''),
  );
  return codes[0] ?? '';
}

/** A code that is certainly wrong. */
export function otherThan(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}

/** From the link to the message: asks for a code, fetches it from the inbox, types it. */
export async function openByLink(page: Page, lab: LabClient, address: string): Promise<void> {
  const { link } = await noticeTo(lab, address);
  const before = (await lab.received(address)).flatMap(({ codes }) => codes);
  await page.goto(link);
  await page.getByRole('button', { name: 'Send me a code' }).click();
  await page.getByLabel('Six-digit code').waitFor();
  await lab.settle();
  await page.getByLabel('Six-digit code').fill(await codeTo(lab, address, before));
}
