/** What processes cost, from /proc: no help from the process itself, so nothing is left out. */
import { readdirSync, readFileSync } from 'node:fs';

/** Of `utime` and `stime` on every Linux that Node runs on. */
const TICK_US = 10_000;

export interface ProcessCost {
  readonly cpuUs: number;
  /** Of the thread that runs JavaScript. */
  readonly mainUs: number;
  readonly residentBytes: number;
  readonly peakBytes: number;
  /** Bytes that the process caused to be written to storage. */
  readonly writtenBytes: number;
}

export function costOf(pid: number): ProcessCost {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpuUs: cpu(`/proc/${pid}/stat`),
    mainUs: cpu(`/proc/${pid}/task/${pid}/stat`),
    residentBytes: field(status, 'VmRSS') * 1024,
    peakBytes: field(status, 'VmHWM') * 1024,
    writtenBytes: field(readFileSync(`/proc/${pid}/io`, 'utf8'), 'write_bytes'),
  };
}

/** CPU of each thread, by number: threads share names, and V8's go by that of Node. */
export function threadsOf(pid: number): ReadonlyMap<string, number> {
  const folder = `/proc/${pid}/task`;
  return new Map(
    readdirSync(folder).map((id) => {
      const name = readFileSync(`${folder}/${id}/comm`, 'utf8').trim();
      return [`${name}/${id}`, cpu(`${folder}/${id}/stat`)] as const;
    }),
  );
}

function cpu(path: string): number {
  const text = readFileSync(path, 'utf8');
  // The name in brackets may hold spaces; behind it, fields 3 and on.
  const rest = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(rest[11]) + Number(rest[12])) * TICK_US;
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
}
