/**
 * What processes cost where a hypervisor gives the processor to others at times. The kernel of such a
 * machine counts that as the time of whoever ran (seen: 135 ms for what takes 5), and tells beside it how
 * much was stolen. So a minute is put together of its 60 seconds, each from those turns in which least was stolen.
 */

const SECONDS = 60;

/** One second of the watch. */
export interface Second {
  /** Whole seconds since the watch began. */
  readonly at: number;
  /** Ticks (10 ms) that others had, over all processors: `steal` of `/proc/stat`. Infinite: its edges are not sure. */
  readonly stolen: number;
  /** Seconds of processor time of each process. */
  readonly cpu: readonly number[];
}

export interface Quiet {
  /** CPU seconds an hour of each process; NaN when a second of the minute was never seen. */
  readonly cpuHour: readonly number[];
  /** The share of the minute's seconds that were seen with nothing stolen, 0 to 1. */
  readonly seen: number;
}

/** Rare work counts as often as it was seen; what comes less than once in the watch is in by chance. */
export function quietHour(seconds: readonly Second[]): Quiet {
  const places = Array.from({ length: SECONDS }, (_, place) => {
    const turns = seconds.filter(({ at }) => at % SECONDS === place);
    const least = Math.min(...turns.map(({ stolen }) => stolen));
    return { least, quietest: turns.filter(({ stolen }) => stolen === least) };
  });
  const processes = seconds[0]?.cpu ?? [];
  const cpuHour = processes.map((_, n) => {
    const minute = places.map(
      ({ quietest }) => quietest.reduce((sum, { cpu }) => sum + (cpu[n] ?? 0), 0) / quietest.length,
    );
    return minute.reduce((sum, one) => sum + one, 0) * SECONDS;
  });
  return { cpuHour, seen: places.filter(({ least }) => least === 0).length / SECONDS };
}
