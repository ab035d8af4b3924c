import {
  IconAlertTriangle,
  IconBan,
  IconBuilding,
  IconCheck,
  IconClock,
  IconDoor,
  IconEye,
  IconLock,
  IconLockOpen2,
  IconMessageReply,
  IconRobot,
  IconSend,
  IconShieldCheck,
  type Icon,
} from '@tabler/icons-react';
import type { DeliveryState } from '#contract/delivery.ts';
import type { Arrival, SenderCodes } from '../../api/jmap/types.ts';
import type { Journey, SentMessage } from '../../api/messages.ts';
import type { Tone } from '../../ui/protection.ts';

export interface ListTag {
  tone: Tone;
  icon: Icon;
  words: `journey.${DeliveryState | 'locked' | 'accepted'}`;
  /** How many recipients it is about. */
  count: number;
}

/** What a state is shown as; the order is what the sender must hear of first. */
const stateLooks: readonly [DeliveryState | 'locked', Tone, Icon][] = [
  ['bounced', 'risk', IconAlertTriangle],
  ['blocked', 'risk', IconBan],
  ['uncertain', 'wait', IconAlertTriangle],
  ['locked', 'wait', IconLock],
  ['held', 'wait', IconClock],
  ['expired', 'wait', IconClock],
  ['deferred', 'wait', IconClock],
  ['replied', 'safe', IconMessageReply],
  ['revoked', 'plain', IconBan],
  ['attempting', 'plain', IconSend],
  ['queued', 'plain', IconSend],
  ['opened', 'safe', IconEye],
  ['offered', 'safe', IconDoor],
  ['notified', 'safe', IconDoor],
  ['delivered', 'safe', IconCheck],
];

/** The one thing about a sent message that its sender should see in the list. */
export function sentTag(sent: SentMessage): ListTag {
  const { recipients } = sent;
  for (const [state, tone, icon] of stateLooks) {
    const count = countOf(sent, state);
    if (count > 0) return { tone, icon, words: `journey.${state}`, count };
  }
  return { tone: 'plain', icon: IconSend, words: 'journey.accepted', count: recipients };
}

/** Who read or answered did what was wanted: that their time ran out later is nothing to worry about. */
function countOf({ states, expiredAfter, locked }: SentMessage, state: DeliveryState | 'locked'): number {
  if (state === 'locked') return locked;
  const count = states[state] ?? 0;
  if (state === 'expired') return Math.max(0, count - expiredAfter.opened - expiredAfter.replied);
  return state === 'opened' || state === 'replied' ? count + expiredAfter[state] : count;
}

/** The look of one recipient's journey: of what served its purpose and then ran out, too. */
export function journeyLook(journey: Journey): { tone: Tone; icon: Icon } {
  const look = stateLook(journey.lockedUntil === null ? journey.state : 'locked');
  return usedBeforeItExpired(journey) === null ? look : { ...look, tone: 'plain' };
}

/** What a recipient had done with a message before its time ran out; null when nothing, or it has not. */
export function usedBeforeItExpired({ state, events }: Journey): 'opened' | 'replied' | null {
  if (state !== 'expired') return null;
  const happened = (asked: string) => events.some(({ what }) => what === asked);
  if (happened('replied')) return 'replied';
  return happened('opened') ? 'opened' : null;
}

function stateLook(state: DeliveryState | 'locked'): { tone: Tone; icon: Icon } {
  const [, tone, icon] = stateLooks.find(([known]) => known === state) ?? [state, 'plain' as const, IconSend];
  return { tone, icon };
}

const arrivalIcons: Record<Arrival['how'], Icon> = {
  smtp: IconLock,
  internal: IconBuilding,
  portal: IconDoor,
  system: IconRobot,
};

/** The look of an arrival; its words come with it. */
export function arrivalLook(arrival: Arrival): { tone: Tone; icon: Icon } {
  return arrival.encrypted
    ? { tone: 'safe', icon: arrivalIcons[arrival.how] }
    : { tone: 'wait', icon: IconLockOpen2 };
}

/** The look of what is known of who wrote. Red only where the domain in From itself says otherwise. */
export function senderLook({ proof, doubt }: Pick<SenderCodes, 'proof' | 'doubt'>): {
  tone: Tone;
  icon: Icon;
} {
  if (proof !== null) return { tone: 'safe', icon: IconShieldCheck };
  return { tone: doubt === 'contradicted' ? 'risk' : 'wait', icon: IconAlertTriangle };
}
