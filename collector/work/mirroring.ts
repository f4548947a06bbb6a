/**
 * Keeps the JSON mirror: `json/state` and `json/health` whenever they change, `json/metrics` in steps where somebody
 * listens or the configuration asks for it.
 */
import { mirrorTopic } from '../../protocol/topics.ts';
import { mirrorHealth, mirrorMetrics, mirrorState } from '../core/mirror.ts';
import { STALE_BITS } from '../core/stale.ts';
import type { HealthView, LiveSample } from '../core/views.ts';
import type { DeviceDirectory } from '../ports/http.ts';
import type { Bus, Cancel, Clock, Log, SampleStore, SeriesData } from '../ports.ts';

export type MirrorMode = 'on-demand' | 'always' | 'off';

export interface MirroringDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: Bus;
  readonly store: Pick<SampleStore, 'select'>;
  readonly devices: Pick<DeviceDirectory, 'get' | 'onChange'>;
  /** Every device there is, without the cost of a view of each. */
  readonly fleet: () => Iterable<{ readonly id: string; readonly site: string }>;
  /** Asked at each step, so that a reload changes it. */
  readonly mode: () => MirrorMode;
  readonly breathe: () => Promise<void>;
}

const STATE_MS = 1_000;
/** Devices told in one turn of the event loop; the embedded broker takes them without one. */
const AT_ONCE = 16;
const METRICS_MS = 10_000;
/** A series whose newest sample is older than this has nothing to show. */
const FRESH_MS = 300_000;

export class Mirroring {
  private readonly deps: MirroringDeps;
  private readonly changed = new Set<string>();
  /** What was published last of each device: most changes are not of its health. */
  private readonly healths = new Map<string, { site: string; health: HealthView }>();
  private unsubscribe: Cancel = noop;
  private readonly cancels = new Set<Cancel>();

  constructor(deps: MirroringDeps) {
    this.deps = deps;
  }

  /** The broker may have lost what it kept: every state is told once at the start. */
  start(): void {
    for (const { id } of this.deps.fleet()) this.changed.add(id);
    this.unsubscribe = this.deps.devices.onChange((id) => this.changed.add(id));
    this.every(STATE_MS, () => this.states());
    this.every(METRICS_MS, () => this.allMetrics());
  }

  stop(): void {
    this.unsubscribe();
    for (const cancel of this.cancels) cancel();
    this.cancels.clear();
  }

  private every(ms: number, step: () => Promise<void>): void {
    let cancel: Cancel = noop;
    const wait = () => {
      cancel = this.deps.clock.after(ms, () => {
        const work = this.deps.mode() === 'off' ? Promise.resolve() : step();
        work
          .catch((error: unknown) =>
            this.deps.log.warn('mirror not published', { error: String(error) }),
          )
          .finally(() => this.cancels.has(stop) && wait());
      });
    };
    const stop = () => cancel();
    this.cancels.add(stop);
    wait();
  }

  /** What could not be published is tried again. */
  private async states(): Promise<void> {
    let told = 0;
    for (const id of this.changed) {
      this.changed.delete(id);
      try {
        await this.state(id);
      } catch (error) {
        this.changed.add(id);
        throw error;
      }
      if (++told % AT_ONCE === 0) await this.deps.breathe();
    }
  }

  private async allMetrics(): Promise<void> {
    for (const device of this.deps.fleet()) await this.metrics(device);
  }

  private async state(id: string): Promise<void> {
    const { devices, bus, clock } = this.deps;
    const device = devices.get(id);
    if (device === undefined) return void this.healths.delete(id);
    const now = Math.round(clock.wall());
    const text = JSON.stringify(mirrorState(device, now));
    const { site, health } = device;
    await bus.publish(mirrorTopic(site, id, 'state'), text, { qos: 1, retain: true });
    const told = this.healths.get(id);
    if (health === undefined || (told?.health === health && told.site === site)) return;
    const healthText = JSON.stringify(mirrorHealth(device, health, now));
    await bus.publish(mirrorTopic(site, id, 'health'), healthText, { qos: 1, retain: true });
    this.healths.set(id, { site, health });
  }

  private async metrics(device: { readonly id: string; readonly site: string }): Promise<void> {
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
