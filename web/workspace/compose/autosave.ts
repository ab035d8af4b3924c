/** Where the newest version of a text is. */
export type SaveState =
  | 'clean' // nothing was written yet
  | 'dirty' // written, not saved yet
  | 'saving'
  | 'saved'
  | 'failed'; // kept here; tried again by itself

interface AutosavePorts<T> {
  save: (value: T) => Promise<void>;
  onState: (state: SaveState) => void;
  /** Quiet time after a change before it is saved. Default 1.5 s. */
  quietMs?: number;
  /** Wait after a failure. Default 5 s. */
  retryMs?: number;
}

/** Saves the newest value, one save at a time, a moment after the last change. */
export class Autosave<T> {
  readonly #ports: Required<AutosavePorts<T>>;
  #waiting: { value: T } | null = null;
  #running: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(ports: AutosavePorts<T>) {
    this.#ports = { quietMs: 1500, retryMs: 5000, ...ports };
  }

  change(value: T): void {
    if (this.#stopped) return;
    this.#waiting = { value };
    if (!this.#running) this.#ports.onState('dirty');
    this.#schedule(this.#ports.quietMs);
  }

  /** Saves what is not saved yet, now. Rejects when that fails. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#running?.catch(() => {});
    while (this.#waiting) await this.#save();
  }

  /** No more saves; the one that runs ends. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting = null;
    clearTimeout(this.#timer);
    await this.#running?.catch(() => {});
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#running) this.#save().catch(() => this.#schedule(this.#ports.retryMs));
    }, ms);
  }

  async #save(): Promise<void> {
    const next = this.#waiting;
    if (!next) return;
    this.#waiting = null;
    this.#ports.onState('saving');
    this.#running = this.#ports.save(next.value);
    try {
      await this.#running;
      this.#ports.onState(this.#waiting ? 'dirty' : 'saved');
    } catch (error) {
      if (!this.#stopped) this.#waiting ??= next;
      this.#ports.onState('failed');
      throw error;
    } finally {
      this.#running = null;
      if (this.#waiting && !this.#stopped) this.#schedule(this.#ports.quietMs);
    }
  }
}
