/** Rules at work over real parts: a real catalog, the engine on samples in memory, a clock by hand. */
import { join } from 'node:path';
import type { Alert } from '../../../collector/core/alerting/alert.ts';
import { LabelSet } from '../../../collector/core/label-set.ts';
import { createMetrics } from '../../../collector/core/metrics.ts';
import { STALE_BITS } from '../../../collector/core/stale.ts';
import { openCatalog } from '../../../collector/io/level-catalog.ts';
import type { AlertSink } from '../../../collector/ports/alerts.ts';
import type { Freshness } from '../../../collector/ports/rules.ts';
import type { SampleSink } from '../../../collector/ports/samples.ts';
import type { Log } from '../../../collector/ports.ts';
import { PromqlEngine } from '../../../collector/promql/engine/engine.ts';
import { MemorySource } from '../../../collector/promql/memory-source.ts';
import { RuleManager } from '../../../collector/work/rules/manager.ts';
import { RuleMemory } from '../../../collector/work/rules/memory.ts';
import {
  DEFAULT_RULE_SETTINGS,
  type RuleSettings,
} from '../../../collector/work/rules/settings.ts';
import { FakeClock } from '../fake-clock.ts';

/** Well below the interval of any group under test. */
const STEP_MS = 10_000;

export interface RuleFixture {
  readonly clock: FakeClock;
  readonly source: MemorySource;
  readonly sent: Alert[];
  readonly metricsText: () => string;
  readonly manager: () => RuleManager;
  settings: RuleSettings;
  freshness: (device: string) => Freshness;
  /** What the sinks fail with while it is set. */
  readonly fails: { samples?: Error; alerts?: Error };
  /** Held until resolved, each time a query is asked. */
  gate: Promise<void> | undefined;
  put(labels: Readonly<Record<string, string>>, value: number): void;
  /** A new process on what is on disk. */
  restart(files: string, clean?: boolean): Promise<void>;
  /** Time goes on; whatever becomes due is done, disk included. */
  pass(ms: number): Promise<void>;
  names(expression: string): Promise<readonly Record<string, string>[]>;
  close(): Promise<void>;
}

export async function ruleFixture(folder: string, text: string): Promise<RuleFixture> {
  const clock = new FakeClock();
  const source = new MemorySource();
  const engine = new PromqlEngine(source);
  const path = join(folder, 'catalog');
  const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
  let catalog = await openCatalog(path);
  let manager: RuleManager;
  let metrics = createMetrics();

  const samples: SampleSink = {
    write(series) {
      if (fixture.fails.samples !== undefined) return Promise.reject(fixture.fails.samples);
      for (const { labels, times, values } of series) {
        const bits = new BigUint64Array(values.buffer, values.byteOffset, values.length);
        times.forEach((time, i) => {
          const isStale = bits[i] === STALE_BITS;
          source.append(labels, time, isStale ? 'stale' : (values[i] as number));
        });
      }
      return Promise.resolve({ refused: 0 });
    },
  };
  const alerts: AlertSink = {
    put(given) {
      if (fixture.fails.alerts !== undefined) return Promise.reject(fixture.fails.alerts);
      fixture.sent.push(...given);
      return Promise.resolve();
    },
  };
  const make = () => {
    metrics = createMetrics();
    const gated: typeof engine.instant = async (expression, at, options) => {
      await fixture.gate;
      return engine.instant(expression, at, options);
    };
    return new RuleManager({
      clock,
      log,
      engine: { instant: gated, range: engine.range.bind(engine) },
      samples,
      alerts,
      memory: new RuleMemory(catalog),
      freshness: {
        device: (id) => fixture.freshness(id),
        site: () => 'unknown',
        fleet: () => 'unknown',
        allHeard: () => true,
      },
      metrics,
      breathe: () => Promise.resolve(),
      settings: () => fixture.settings,
    });
  };
  const fixture: RuleFixture = {
    clock,
    source,
    sent: [],
    metricsText: () => metrics.text(),
    manager: () => manager,
    settings: { ...DEFAULT_RULE_SETTINGS, externalUrl: 'http://muster.example' },
    freshness: () => 'unknown',
    fails: {},
    gate: undefined,
    put: (labels, value) => source.append(LabelSet.fromObject(labels), clock.wall(), value),
    async restart(files, clean = false) {
      if (clean) await manager.stop();
      // The process is gone: nothing of the old one may do anything any more.
      else await manager.stop().catch(() => undefined);
      await catalog.close();
      catalog = await openCatalog(path);
      manager = make();
      await start(files);
    },
    async pass(ms) {
      const end = clock.mono() + ms;
      while (clock.mono() < end) {
        await clock.advance(Math.min(STEP_MS, end - clock.mono()));
        await diskTurn();
      }
    },
    async names(expression) {
      const { value } = await engine.instant(expression, clock.wall());
      return value.type === 'vector' ? value.samples.map(({ labels }) => labels.toObject()) : [];
    },
    async close() {
      await manager.stop();
      await catalog.close();
    },
  };
  async function start(files: string): Promise<void> {
    const problems = await manager.start([{ path: 'rules.yml', text: files }]);
    if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
  }
  /** A synced write of LevelDB comes back in later turns of the event loop: one of ours waits for it. */
  async function diskTurn(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await catalog.write(new Map([['turn', undefined]]));
  }
  manager = make();
  await start(text);
  return fixture;
}
