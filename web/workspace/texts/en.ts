import { administration } from './en/administration.ts';
import { compose } from './en/compose.ts';
import { domains } from './en/domains.ts';
import { forwarding } from './en/forwarding.ts';
import { mail } from './en/mail.ts';
import { organization } from './en/organization.ts';
import { relays } from './en/relays.ts';
import { session } from './en/session.ts';
import { settings } from './en/settings.ts';
import { shell } from './en/shell.ts';

/** Words of the workspace. Sentences say what happened, what was kept, what to do. */
export const workspace = {
  ...session,
  ...shell,
  ...mail,
  ...compose,
  ...settings,
  ...administration,
  ...domains,
  ...relays,
  ...forwarding,
  ...organization,
};
