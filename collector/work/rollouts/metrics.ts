/** Rollouts and releases in numbers: by state only, however many there are. */
import type { Metrics } from '../../core/metrics.ts';
import { noCounts } from '../../core/rollouts/book.ts';
import { DEVICE_STATES } from '../../core/rollouts/device-table.ts';
import { ROLLOUT_STATES } from '../../core/rollouts/rollout-table.ts';
import type { RolloutEngine } from './engine.ts';

export function rolloutMetrics(
  metrics: Metrics,
  { open, over }: Pick<RolloutEngine, 'open' | 'over'>,
): void {
  const rollouts = metrics.gauges({
    name: 'muster_rollouts',
    help: 'Rollouts known, by state.',
    labels: ['state'],
  });
  const devices = metrics.gauges({
    name: 'muster_rollout_devices',
    help: 'Devices of the rollouts that go on, by state.',
    labels: ['state'],
  });
  metrics.onCollect(() => {
    const states = new Map<string, number>(ROLLOUT_STATES.map((state) => [state, 0]));
    const counts = noCounts();
    const count = (state: string) => states.set(state, (states.get(state) ?? 0) + 1);
    for (const { state } of over.values()) count(state);
    for (const { record, book } of open.values()) {
      count(record.state);
      const own = book.count();
      for (const state of DEVICE_STATES) counts[state] += own[state];
    }
    for (const [state, n] of states) rollouts.with({ state }).set(n);
    for (const state of DEVICE_STATES) devices.with({ state }).set(counts[state]);
  });
}

export interface Downloads {
  begun(): void;
  bytes(sent: number): void;
}

export function downloadMetrics(metrics: Metrics): Downloads {
  const downloads = metrics.counter({
    name: 'muster_release_downloads_total',
    help: 'Requests for files of releases that were served, whole or in part.',
  });
  const bytes = metrics.counter({
    name: 'muster_release_download_bytes_total',
    help: 'Bytes of these files that were sent.',
  });
  return { begun: () => downloads.inc(), bytes: (sent) => bytes.inc(sent) };
}
