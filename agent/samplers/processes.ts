/**
 * How many processes there are, by state: zombies that nobody collects, and tasks stuck on a dead
 * device. Reads one small file per process, a few at a time with a turn for everybody else between:
 * the kernel answers from memory, and libuv's threads would make it ten times as dear.
 */
import type { Host } from '../ports.ts';
import { decimal } from './parse/numbers.ts';
import { gauge, sampler } from './sampler.ts';

const SLICE = 16;
/** Words of `/proc/<pid>/stat` after the name, which stands in parentheses and may hold any. */
const THREADS_WORD = 17;

const states = gauge('node_processes_state', 'Processes in each state.', ['state']);
const pids = gauge('node_processes_pids', 'Processes in all.');
const threads = gauge('node_processes_threads', 'Threads in all.');
const mostPids = gauge('node_processes_max_processes', 'Processes that the kernel allows.');
const mostThreads = gauge('node_processes_max_threads', 'Threads that the kernel allows.');

interface Raw {
  /** `/proc/<pid>/stat` of those that still lived when they were read. */
  readonly stats: readonly string[];
  readonly mostPids: string | undefined;
  readonly mostThreads: string | undefined;
}

export const processes = sampler<Raw>({
  name: 'processes',
  summary: 'processes by state, threads, and their limits',
  profiles: ['full'],
  intervalSeconds: 60,
  timeoutMs: 10_000,
  metrics: [states, pids, threads, mostPids, mostThreads],

  async read(host) {
    const ids = (await host.list('/proc')).filter((name) => /^\d+$/.test(name));
    const stats: string[] = [];
    for (let from = 0; from < ids.length; from += SLICE) {
      stats.push(...statsOf(host, ids.slice(from, from + SLICE)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return {
      stats,
      mostPids: host.readNow('/proc/sys/kernel/pid_max'),
      mostThreads: host.readNow('/proc/sys/kernel/threads-max'),
    };
  },

  parse(raw, emit) {
    const byState = new Map<string, number>();
    let allThreads = 0;
    for (const text of raw.stats) {
      const [state = '', ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ');
      if (!/^[A-Za-z]$/.test(state)) continue;
      byState.set(state, (byState.get(state) ?? 0) + 1);
      allThreads += Number.parseInt(fields[THREADS_WORD - 1] ?? '', 10) || 0;
    }
    for (const [state, count] of byState) emit(states, count, [state]);
    if (byState.size > 0) {
      emit(pids, raw.stats.length);
      emit(threads, allThreads);
    }
    const pidMax = decimal(raw.mostPids ?? '');
    const threadMax = decimal(raw.mostThreads ?? '');
    if (pidMax !== undefined) emit(mostPids, pidMax);
    if (threadMax !== undefined) emit(mostThreads, threadMax);
  },
});

function statsOf(host: Host, ids: readonly string[]): string[] {
  return ids.map((id) => host.readNow(`/proc/${id}/stat`)).filter((text) => text !== undefined);
}
