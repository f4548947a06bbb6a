/** One metric over a whole fleet: instant queries from the heads, ranges of an hour from the disk. */
import { HOUR, MINUTE } from '../../../collector/core/store/calendar.ts';
import type { Matcher, SampleStore } from '../../../collector/ports.ts';

/** CPU time matters here: what a query takes from everybody else. */
export async function fleetWide(store: SampleStore, end: number): Promise<void> {
  const metric: Matcher[] = [{ name: '__name__', op: '=', value: 'metric_0_percent' }];
  await measure('one metric, 1 h', () => store.select(metric, end - HOUR, end));
  await measure('one metric, instant (look-back 5 min)', () =>
    store.select(metric, end - 5 * MINUTE, end),
  );
  await measure('one metric, its series', () => store.series(metric, end - HOUR, end));
  await measure('one metric, values of a label', () =>
    store.labelValues('instance', metric, end - HOUR, end),
  );
}

async function measure(what: string, action: () => Promise<readonly unknown[]>): Promise<void> {
  const taken: number[] = [];
  let found = 0;
  for (let i = 0; i < 9; i++) {
    const before = process.cpuUsage();
    found = (await action()).length;
    const { user, system } = process.cpuUsage(before);
    taken.push((user + system) / 1e3);
  }
  taken.sort((a, b) => a - b);
  console.log(`query ${what}: median ${(taken[4] as number).toFixed(0)} ms CPU, ${found} found`);
}
