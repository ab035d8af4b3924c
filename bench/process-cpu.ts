import { readFile } from 'node:fs/promises';

/** Clock ticks a second: fixed on Linux for what /proc shows (proc(5), sysconf(_SC_CLK_TCK)). */
const ticksPerSecond = 100;

/** Processor time that a process has used, seconds. */
export async function processCpu(pid: number): Promise<number> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Resident memory of a process, bytes. */
export async function residentMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}
