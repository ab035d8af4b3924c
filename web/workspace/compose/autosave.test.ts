import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Autosave, type SaveState } from './autosave.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An autosave whose saves end when the test says so. */
function controlled() {
  const saved: string[] = [];
  const states: SaveState[] = [];
  const pending: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const autosave = new Autosave<string>({
    onState: (state) => states.push(state),
    save: (value) => {
      saved.push(value);
      return new Promise((resolve, reject) => pending.push({ resolve, reject }));
    },
  });
  return { autosave, saved, states, pending };
}

describe('Autosave', () => {
  it('saves the newest version once it is quiet', async () => {
    const { autosave, saved, states, pending } = controlled();
    autosave.change('a');
    await vi.advanceTimersByTimeAsync(1000);
    autosave.change('ab');
    await vi.advanceTimersByTimeAsync(1500);
    expect(saved).toEqual(['ab']);
    pending[0]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)).toBe('saved');
  });

  it('never saves two versions at a time, nor loses the later one', async () => {
    const { autosave, saved, pending } = controlled();
    autosave.change('a');
    await vi.advanceTimersByTimeAsync(1500);
    autosave.change('ab');
    await vi.advanceTimersByTimeAsync(5000);
    expect(saved).toEqual(['a']);
    pending[0]?.resolve();
    await vi.advanceTimersByTimeAsync(1500);
    expect(saved).toEqual(['a', 'ab']);
  });

  it('keeps what could not be saved and tries again', async () => {
    const { autosave, saved, states, pending } = controlled();
    autosave.change('a');
    await vi.advanceTimersByTimeAsync(1500);
    pending[0]?.reject(new Error('offline'));
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)).toBe('failed');
    await vi.advanceTimersByTimeAsync(5000);
    expect(saved).toEqual(['a', 'a']);
  });

  it('flushes before sending: waits for the running save, then saves the rest', async () => {
    const { autosave, saved, pending } = controlled();
    autosave.change('a');
    await vi.advanceTimersByTimeAsync(1500);
    autosave.change('ab');
    const flushed = autosave.flush();
    pending[0]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    pending[1]?.resolve();
    await flushed;
    expect(saved).toEqual(['a', 'ab']);
  });

  it('tells who flushes that it failed', async () => {
    const { autosave, pending } = controlled();
    autosave.change('a');
    const flushed = autosave.flush();
    const failed = expect(flushed).rejects.toThrow('offline');
    await vi.advanceTimersByTimeAsync(0);
    pending[0]?.reject(new Error('offline'));
    await failed;
  });
});
