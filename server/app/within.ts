/**
 * Waits for `work`, but no longer than `limitMs`: while stopping, nothing may hold up what comes after it. What is
 * not done by then ends with the process.
 */
export async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
