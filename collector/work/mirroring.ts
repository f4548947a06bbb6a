/**
 * Keeps the JSON mirror: `json/state` whenever it changes, `json/metrics` in steps where somebody
 * listens or the configuration asks for it.
 */
import { mirrorTopic } from '../../protocol/topics.ts';
import { mirrorMetrics, mirrorState } from '../core/mirror.ts';
import { STALE_BITS } from '../core/stale.ts';
import type { DeviceView, LiveSample } from '../core/views.ts';
import type { DeviceDirectory } from '../ports/http.ts';
import type { Bus, Cancel, Clock, Log, SampleStore, SeriesData } from '../ports.ts';

export type MirrorMode = 'on-demand' | 'always' | 'off';

export interface MirroringDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: Bus;
  readonly store: Pick<SampleStore, 'select'>;
  readonly devices: DeviceDirectory;
  /** Asked at each step, so that a reload changes it. */
  readonly mode: () => MirrorMode;
}

const STEP_MS = 10_000;
/** A series whose newest sample is older than this has nothing to show. */
const FRESH_MS = 300_000;

export class Mirroring {
  private readonly deps: MirroringDeps;
  private readonly changed = new Set<string>();
  private unsubscribe: Cancel = noop;
  private cancel: Cancel = noop;

  constructor(deps: MirroringDeps) {
    this.deps = deps;
  }

  start(): void {
    this.unsubscribe = this.deps.devices.onChange((id) => this.changed.add(id));
    this.schedule();
  }

  stop(): void {
    this.unsubscribe();
    this.cancel();
  }

  private schedule(): void {
    this.cancel = this.deps.clock.after(STEP_MS, () => {
      this.step()
        .catch((error: unknown) =>
          this.deps.log.warn('mirror not published', { error: String(error) }),
        )
        .finally(() => this.schedule());
    });
  }

  private async step(): Promise<void> {
    if (this.deps.mode() === 'off') return this.changed.clear();
    const ids = [...this.changed];
    this.changed.clear();
    for (const id of ids) await this.state(id);
    for (const device of this.deps.devices.list()) await this.metrics(device);
  }

  private async state(id: string): Promise<void> {
    const { devices, bus, clock } = this.deps;
    const device = devices.get(id);
    if (device === undefined) return;
    const text = JSON.stringify(mirrorState(device, Math.round(clock.wall())));
    await bus.publish(mirrorTopic(device.site, id, 'state'), text, { qos: 1, retain: true });
  }

  private async metrics(device: DeviceView): Promise<void> {
    const { bus, store, clock, mode } = this.deps;
    const topic = mirrorTopic(device.site, device.id, 'metrics');
    if (mode() === 'on-demand' && bus.subscribed(topic) !== true) return;
    const now = Math.round(clock.wall());
    const matchers = [{ name: 'instance', op: '=', value: device.id } as const];
    const series = await store.select(matchers, now - FRESH_MS, now);
    const text = JSON.stringify(
      mirrorMetrics({ device: device.id, site: device.site }, series.flatMap(newest), now),
    );
    await bus.publish(topic, text, { qos: 0, retain: false });
  }
}

/** The last sample of a series, unless the series has ended. */
function newest({ labels, times, values }: SeriesData): LiveSample[] {
  const last = times.length - 1;
  const time = times[last];
  const value = values[last];
  if (time === undefined || value === undefined) return [];
  const bits = new BigUint64Array(values.buffer, values.byteOffset + last * 8, 1)[0];
  return bits === STALE_BITS ? [] : [{ labels: Object.fromEntries(labels), time, value }];
}

function noop(): void {
  // Nothing is under way yet.
}
