import { useEffect, useState } from 'react';

/** Seconds left of `seconds`, counted from the moment `start` (ms); 0 when over. */
export function useCountdown(seconds: number, start: number): number {
  const [now, setNow] = useState(() => Date.now());
  const running = seconds > 0;

  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [running]);

  // Before the first tick, `now` is older than `start`.
  const passed = Math.max(0, now - start) / 1000;
  return running ? Math.max(0, Math.ceil(seconds - passed)) : 0;
}
