import type { Locator, Page } from 'playwright-core';

interface Account {
  readonly email: string;
  readonly password: string;
}

/** Fills in the page where staff sign in, and waits for their mail. */
export async function signIn(page: Page, { email, password }: Account): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Compose' }).waitFor();
}

/** Up to here the rail hides behind a button, and a thread takes the place of the list, CSS pixels. */
const narrow = 900;

/** Goes to a page by the rail. */
export async function goTo(page: Page, name: string): Promise<void> {
  if ((page.viewportSize()?.width ?? 0) <= narrow) {
    const back = page.getByRole('link', { name: 'Back to the list' });
    if (await back.isVisible()) await back.click();
    await page.getByRole('button', { name: 'Show the menu' }).click();
  }
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).first().click();
}

/** Opens the window for writing; answers it. */
export async function compose(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Compose' }).click();
  const window = page.getByRole('dialog', { name: 'New message' });
  await window.getByLabel('To', { exact: true }).waitFor();
  return window;
}

/** Types addresses one by one, as a person does. */
export async function addRecipients(window: Locator, addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    await window.getByLabel('To', { exact: true }).fill(address);
    await window.getByLabel('To', { exact: true }).press('Enter');
  }
}

/** The row of a list that shows a subject. */
export function rowOf(page: Page, subject: string): Locator {
  return page.getByRole('listitem').filter({ hasText: subject }).getByRole('link');
}

/** What became of a message for one recipient, under the message. */
export function journeyOf(page: Page, address: string): Locator {
  return page
    .getByRole('region', { name: 'What became of it' })
    .getByRole('listitem')
    .filter({ hasText: address });
}
