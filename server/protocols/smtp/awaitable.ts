/** A value now or later. The engine goes on at once where a handler has nothing to wait for: that is most of its speed. */
export type Awaitable<T> = T | Promise<T>;

/** `proceed` with the value, at once when it is there. */
export function after<T, R>(value: Awaitable<T>, proceed: (value: T) => Awaitable<R>): Awaitable<R> {
  return value instanceof Promise ? value.then(proceed) : proceed(value);
}

/** Calls `run`; what it throws or rejects with becomes `recover(error)`. */
export function guarded<T, R>(run: () => Awaitable<T>, recover: (error: unknown) => R): Awaitable<T | R> {
  try {
    const value = run();
    return value instanceof Promise ? value.catch(recover) : value;
  } catch (error) {
    return recover(error);
  }
}
