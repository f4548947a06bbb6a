/** Puts what a `load` describes into memory; the first value of each series is at time 0. */
import type { MemorySource } from '../../collector/promql/memory-source.ts';
import { nativeHistograms } from './nhcb.ts';
import type { LoadCommand } from './script.ts';

export function load(command: LoadCommand, into: MemorySource): void {
  const { series, stepMs } = command;
  for (const { labels, values, starts } of series) {
    values.forEach((value, index) => {
      if (value === undefined) return;
      const time = index * stepMs;
      const lag = starts?.[index];
      const sample = typeof value === 'object' ? value.histogram : value;
      into.append(labels, time, sample, lag === undefined ? undefined : time + lag);
    });
  }
  if (!command.withNhcb) return;
  for (const { labels, samples } of nativeHistograms(command)) {
    for (const [index, histogram] of samples) into.append(labels, index * stepMs, histogram);
  }
}
