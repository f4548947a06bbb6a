/** What the kernel says of a process: processor time, memory, bytes written. */
import { readdirSync, readFileSync } from 'node:fs';

/** `USER_HZ`, the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface Cpu {
  /** Its own threads, to the nanosecond. Threads that ended are not counted; the programs measured here keep theirs. */
  readonly own: number;
  /** Children that ended, by ticks. */
  readonly children: number;
}

/** Seconds of processor time, children apart. */
export function cpuParts(pid: number): Cpu {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = tasks.map((task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
  );
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Behind the name, which may hold anything: cutime and cstime are fields 16 and 17.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[13]) + Number(fields[14]);
  return {
    own: nanoseconds.reduce((sum, one) => sum + one, 0) / 1e9,
    children: ticks / TICKS_PER_SECOND,
  };
}

/** Seconds of processor time, children included. */
export function cpuSeconds(pid: number): number {
  const { own, children } = cpuParts(pid);
  return own + children;
}

export interface Memory {
  readonly rssMb: number;
  readonly anonymousMb: number;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { rssMb: megabytes(status, 'VmRSS'), anonymousMb: megabytes(status, 'RssAnon') };
}

function megabytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
}

export interface Written {
  /** Sent to the disk: whole pages, counted when they become dirty. */
  readonly bytes: number;
  /** Handed to write(2), sockets and pipes included. */
  readonly characters: number;
}

export function writtenBy(pid: number): Written {
  const io = readFileSync(`/proc/${pid}/io`, 'utf8');
  const of = (field: string) => Number(new RegExp(`^${field}: (\\d+)$`, 'm').exec(io)?.[1]);
  return { bytes: of('write_bytes') - of('cancelled_write_bytes'), characters: of('wchar') };
}
