import type { Icon } from '@tabler/icons-react';
import {
  IconBuilding,
  IconCertificate,
  IconDoor,
  IconKey,
  IconLock,
  IconLockQuestion,
  IconShieldCheck,
  IconLockOpen2,
} from '@tabler/icons-react';
import type { Protection } from '#contract/protection.ts';

/** How a fact is coloured: amber and red are for risk only. */
export type Tone = 'safe' | 'wait' | 'risk' | 'plain';

/** One icon and one tone for each protection, everywhere it is shown. The words are `protection.*` in the `ui` texts. */
export const protectionLook = {
  internal: { icon: IconBuilding, tone: 'safe' },
  sealed: { icon: IconShieldCheck, tone: 'safe' },
  openpgp: { icon: IconKey, tone: 'safe' },
  smime: { icon: IconCertificate, tone: 'safe' },
  portal: { icon: IconDoor, tone: 'safe' },
  'tls-dane': { icon: IconLock, tone: 'safe' },
  'tls-sts': { icon: IconLock, tone: 'safe' },
  'tls-verified': { icon: IconLock, tone: 'safe' },
  'tls-opportunistic': { icon: IconLockQuestion, tone: 'wait' },
  cleartext: { icon: IconLockOpen2, tone: 'risk' },
} satisfies Record<Protection, { icon: Icon; tone: Tone }>;
