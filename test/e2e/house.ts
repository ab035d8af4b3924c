import type { Browser } from 'playwright-core';
import { openVisitor, startBrowser, type Visitor, type Width } from '../support/browser.ts';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { signInStaff, type StaffPerson } from '../support/staff-person.ts';
import { openLab, type LabClient } from './lab-client.ts';

/** Lakeside Clinic with its lab, and a browser to walk in with. */
export interface House extends AsyncDisposable {
  readonly carepost: RunningCarepost;
  readonly lab: LabClient;
  /** A person at a device of their own. */
  visit(width: Width, language?: string): Promise<Visitor>;
  /** What a member of staff can sign in with. */
  credentials(email: string): { readonly email: string; readonly password: string };
  /** The same person at the API, in a session of their own: to compare what the pages say. */
  staff(email: string): Promise<StaffPerson>;
}

export async function openHouse(): Promise<House> {
  await using stack = new AsyncDisposableStack();
  const carepost = stack.use(await startCarepost());
  const browser = stack.adopt(await startBrowser(), (opened: Browser) => opened.close());
  const lab = openLab(carepost.url);
  const credentials: House['credentials'] = (email) => {
    const user = carepost.lab.users.find((one) => one.email === email);
    if (user === undefined) throw new Error('The lab has no such user');
    return user;
  };
  const opened = stack.move();
  return {
    carepost,
    lab,
    credentials,
    visit: (width, language) =>
      openVisitor(browser, { origin: carepost.url, width, ...(language === undefined ? {} : { language }) }),
    staff: (email) => signInStaff(carepost.url, email, credentials(email).password),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
