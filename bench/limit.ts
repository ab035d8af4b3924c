/** One line of a bench: what was measured, against what, and whether it held. */
export interface Measured {
  readonly bench: string;
  /** What was measured, in the unit that its name says. */
  readonly [figure: string]: string | number | boolean;
  readonly ok: boolean;
}

export function report(measured: Measured): void {
  console.log(JSON.stringify(measured));
  if (!measured.ok) process.exitCode = 1;
}

/** The middle of an odd number of figures. */
export function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}
