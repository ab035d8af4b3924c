/** Counts what goes on at the same time for each account, in this process. */
export class BusyLimit {
  readonly #most: number;
  readonly #running = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Null when the account has as many running as it may; else what ends this one, for `using`. */
  begin(account: string): Disposable | null {
    const running = this.#running.get(account) ?? 0;
    if (running >= this.#most) return null;
    this.#running.set(account, running + 1);
    return {
      [Symbol.dispose]: () => {
        const left = (this.#running.get(account) ?? 1) - 1;
        if (left === 0) this.#running.delete(account);
        else this.#running.set(account, left);
      },
    };
  }
}
