/**
 * How long tasks waited for processor, storage and memory: the earliest sign of overload. Kernels
 * built without pressure stall information have none.
 */
import type { Metric } from './sampler.ts';
import { counter, sampler } from './sampler.ts';

const MICROSECONDS = 1e6;

interface Resource {
  readonly path: string;
  /** Some task waited. */
  readonly some?: Metric;
  /** All tasks waited: nothing was done meanwhile. */
  readonly full?: Metric;
}

const resources: readonly Resource[] = [
  {
    path: '/proc/pressure/cpu',
    some: total('cpu_waiting', 'tasks waited for a processor'),
  },
  {
    path: '/proc/pressure/io',
    some: total('io_waiting', 'some tasks waited for storage'),
    full: total('io_stalled', 'all tasks waited for storage'),
  },
  {
    path: '/proc/pressure/memory',
    some: total('memory_waiting', 'some tasks waited for memory'),
    full: total('memory_stalled', 'all tasks waited for memory'),
  },
  {
    path: '/proc/pressure/irq',
    full: total('irq_stalled', 'interrupts held all tasks up'),
  },
];

export const pressure = sampler<readonly (string | undefined)[]>({
  name: 'pressure',
  summary: 'time lost waiting for processor, storage, memory',
  profiles: ['edge', 'full'],
  timeoutMs: 1000,
  metrics: resources.flatMap(({ some, full }) => [some, full].filter((each) => each !== undefined)),

  read: (host) => resources.map(({ path }) => host.readNow(path)),

  parse(texts, emit) {
    resources.forEach(({ some, full }, index) => {
      const text = texts[index];
      if (text === undefined) return;
      for (const [metric, kind] of [
        [some, 'some '],
        [full, 'full '],
      ] as const) {
        const microseconds = metric && totalOf(text, kind);
        if (metric && microseconds !== undefined) emit(metric, microseconds / MICROSECONDS);
      }
    });
  },
});

/** The number after `total=` on the line of a kind. */
function totalOf(text: string, kind: string): number | undefined {
  const line = text.indexOf(kind);
  const at = line < 0 ? -1 : text.indexOf('total=', line);
  if (at < 0) return undefined;
  const value = Number.parseInt(text.slice(at + 'total='.length, at + 'total='.length + 20), 10);
  return Number.isFinite(value) ? value : undefined;
}

function total(name: string, what: string): Metric {
  return counter(`node_pressure_${name}_seconds_total`, `Seconds in which ${what}.`);
}
