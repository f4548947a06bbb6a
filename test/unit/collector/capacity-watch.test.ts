/** The collector's look at its own load, every so often: who hears of advice, and when. */
import { describe, expect, it } from 'vitest';
import type { ScalingAdvice } from '../../../collector/core/capacity.ts';
import { createMetrics } from '../../../collector/core/metrics.ts';
import type { MachineLoad } from '../../../collector/ports/capacity.ts';
import { Capacity } from '../../../collector/work/capacity.ts';
import { newCounts } from '../../../collector/work/counts.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { silentLog } from '../../support/silent-log.ts';

const MINUTE = 60_000;
const CALM: MachineLoad = {
  ...{
    loop: 0.3,
    machine: 0.3,
    memoryBytes: 1e9,
    memoryLimit: 4e9,
    diskFree: 60e9,
    diskSize: 1e11,
  },
};
const BUSY: MachineLoad = { ...CALM, loop: 0.8, machine: 0.5 };

class Rig {
  readonly clock = new FakeClock();
  readonly metrics = createMetrics();
  readonly counts = newCounts();
  readonly changes: string[] = [];
  readonly warnings: string[] = [];
  load: MachineLoad | Error = CALM;
  reads = 0;
  readonly capacity = new Capacity({
    ...{ clock: this.clock, metrics: this.metrics, counts: this.counts },
    log: { ...silentLog, warn: (text: string) => void this.warnings.push(text) },
    meter: {
      read: () => {
        this.reads += 1;
        const { load } = this;
        return load instanceof Error ? Promise.reject(load) : Promise.resolve(load);
      },
    },
    bus: { stats: () => ({ connections: 7 }) as never },
    store: { stats: () => ({ series: 900 }) as never },
    seriesLimit: () => 1_000_000,
    collectors: () => 1,
    changed: ({ direction, resource }: ScalingAdvice, begins: boolean) =>
      void this.changes.push(`${begins ? 'begins' : 'ends'} ${direction} ${resource}`),
  });

  line(start: string): string | undefined {
    return this.metrics
      .text()
      .split('\n')
      .find((one) => one.startsWith(start));
  }
}

describe('watching the own load', () => {
  it('looks four times a minute until it is stopped', async () => {
    const rig = new Rig();
    rig.capacity.start();
    await rig.clock.advance(MINUTE);
    expect(rig.reads).toBe(4);
    rig.capacity.stop();
    await rig.clock.advance(MINUTE);
    expect([rig.reads, rig.clock.pending]).toEqual([4, 0]);
  });

  it('does not go on after a stop in the middle of a look', async () => {
    const rig = new Rig();
    rig.capacity.start();
    const looking = rig.clock.advance(15_000);
    rig.capacity.stop();
    await looking;
    await rig.clock.advance(MINUTE);
    expect(rig.clock.pending).toBe(0);
  });

  it('tells once when advice begins and once when it ends, and shows it in between', async () => {
    const rig = new Rig();
    const advice = 'muster_collector_scaling_advice{';
    rig.capacity.start();
    rig.load = BUSY;
    await rig.clock.advance(9 * MINUTE);
    expect([rig.changes, rig.capacity.view().advice, rig.line(advice)]).toEqual([
      [],
      [],
      undefined,
    ]);
    await rig.clock.advance(5 * MINUTE);
    expect(rig.changes).toEqual(['begins out cpu']);
    expect(rig.capacity.view().advice).toMatchObject([{ direction: 'out', resource: 'cpu' }]);
    expect(rig.line(advice)).toMatch(/direction="out",resource="cpu"} 1$/);
    rig.load = CALM;
    await rig.clock.advance(12 * MINUTE);
    expect(rig.changes).toEqual(['begins out cpu', 'ends out cpu']);
    expect([rig.capacity.view().advice, rig.line(advice)]).toEqual([[], undefined]);
    rig.capacity.stop();
  });

  it('shows its last reading, with what ingest refused for want of room', async () => {
    const rig = new Rig();
    expect(rig.capacity.view()).toEqual({ advice: [] });
    rig.counts.deferred.storage = 3;
    rig.counts.deferred.overload = 4;
    rig.counts.deferred['unknown-schema'] = 5;
    await rig.capacity.look();
    const { reading } = rig.capacity.view();
    expect(reading).toMatchObject({ ...CALM, connections: 7, series: 900, refused: 7 });
    expect(rig.line('muster_collector_event_loop_utilization_ratio')).toMatch(/ 0\.3$/);
  });

  it('goes on when a look fails', async () => {
    const rig = new Rig();
    rig.capacity.start();
    rig.load = new Error('no such folder');
    await rig.clock.advance(20_000);
    expect(rig.warnings).toEqual(['the collector could not look at its own load']);
    rig.load = CALM;
    await rig.clock.advance(15_000);
    expect(rig.capacity.view().reading).toMatchObject({ loop: 0.3 });
    rig.capacity.stop();
  });
});
