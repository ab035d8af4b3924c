import { failureOf } from '../../api/failure.ts';
import { secondsLeft, stay } from '../../api/session.ts';

const TOUCH_EVERY_MS = 60_000;
const activities = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

/** Seconds before the limit at which people are warned. */
export function warningSeconds(limitSeconds: number): number {
  return Math.min(120, Math.floor(limitSeconds / 2));
}

interface IdleWatchPorts {
  limitSeconds: number;
  /** null: there is time enough. Otherwise the moment (ms) at which the session ends unless a person acts. */
  onWarning: (endsAtMs: number | null) => void;
  onEnded: () => void;
}

/**
 * Follows the server's idle limit. The server alone ends a session; this tells it of a person at the
 * keyboard at most once a minute, warns before the end, and asks (without counting as activity)
 * before it believes that the time is up. Tabs tell each other.
 */
export class IdleWatch {
  readonly #ports: IdleWatchPorts;
  readonly #tabs = new BroadcastChannel('carepost-session');
  #deadline: number;
  #lastTouch = Date.now();
  #warning = false;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ports: IdleWatchPorts) {
    this.#ports = ports;
    this.#deadline = Date.now() + ports.limitSeconds * 1000;
    for (const name of activities)
      window.addEventListener(name, this.#onActivity, { capture: true, passive: true });
    document.addEventListener('visibilitychange', this.#look);
    this.#tabs.addEventListener('message', (event: MessageEvent<number | null>) => {
      if (event.data === null) this.#end();
      else this.#renew(event.data);
    });
    void this.#check();
  }

  /** The person chose to stay. */
  readonly stay = async (): Promise<void> => {
    this.#lastTouch = Date.now();
    try {
      const left = await stay();
      if (left === null || this.#stopped) return;
      this.#renew(left);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
      this.#tabs.postMessage(left);
    } catch (error) {
      if (failureOf(error).kind === 'refused') this.#end();
    }
  };

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const name of activities) window.removeEventListener(name, this.#onActivity, { capture: true });
    document.removeEventListener('visibilitychange', this.#look);
    this.#tabs.close();
  }

  readonly #onActivity = () => {
    if (!this.#warning && Date.now() - this.#lastTouch > TOUCH_EVERY_MS) void this.stay();
  };

  // A laptop that slept wakes up here: look at once whether the time is over.
  readonly #look = () => {
    if (document.visibilityState === 'visible') void this.#check();
  };

  #renew(left: number): void {
    this.#deadline = Date.now() + left * 1000;
    const warn = left <= warningSeconds(this.#ports.limitSeconds);
    if (warn || this.#warning) this.#ports.onWarning(warn ? this.#deadline : null);
    this.#warning = warn;
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const warnAt = this.#deadline - warningSeconds(this.#ports.limitSeconds) * 1000;
    const next = this.#warning ? this.#deadline : warnAt;
    this.#timer = setTimeout(() => void this.#check(), Math.max(250, next - Date.now() + 250));
  }

  async #check(): Promise<void> {
    try {
      const left = await secondsLeft();
      if (this.#stopped) return;
      if (left === null || left <= 0) this.#end();
      else this.#renew(left);
    } catch (error) {
      if (this.#stopped) return;
      if (failureOf(error).kind === 'refused' || Date.now() > this.#deadline) this.#end();
      else this.#schedule();
    }
  }

  #end(): void {
    if (this.#stopped) return;
    this.stop();
    this.#ports.onEnded();
  }
}
