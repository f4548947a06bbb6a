/** From shipped rules to the default routes: a site whose uplink fails is one notification. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LabelSet } from '../../collector/core/label-set.ts';
import { PromqlEngine } from '../../collector/promql/engine/engine.ts';
import { MemorySource } from '../../collector/promql/memory-source.ts';
import { RuleManager } from '../../collector/work/rules/manager.ts';
import { RuleMemory } from '../../collector/work/rules/memory.ts';
import { DEFAULT_RULE_SETTINGS } from '../../collector/work/rules/settings.ts';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { Rig } from '../support/alerting/rig.ts';
import { silentLog } from '../support/silent-log.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(resolve(ROOT, path), 'utf8');
const DEVICES = 40;
const STEP = 5_000;

function fleet() {
  const rig = new Rig(read('deploy/alerting/muster-default.yml'));
  const source = new MemorySource();
  const down = new Set<string>();
  const devices = [
    ...Array.from({ length: DEVICES }, (_, i) => ({ instance: `s${i}`, site: 'south' })),
    ...Array.from({ length: DEVICES }, (_, i) => ({ instance: `n${i}`, site: 'north' })),
  ];
  const rules = new RuleManager({
    clock: rig.clock,
    log: silentLog,
    metrics: rig.metrics,
    engine: new PromqlEngine(source),
    samples: {
      write(series) {
        for (const { labels, times, values } of series) {
          times.forEach((time, i) => {
            const value = values[i] as number;
            source.append(labels, time, Number.isNaN(value) ? 'stale' : value);
          });
        }
        return Promise.resolve({ refused: 0 });
      },
    },
    alerts: rig.views,
    memory: new RuleMemory(new MemoryCatalog()),
    freshness: {
      device: (id) => (down.has(id) ? 'silent' : 'fresh'),
      site: () => 'unknown',
      fleet: () => 'unknown',
      allHeard: () => true,
    },
    breathe: () => Promise.resolve(),
    settings: () => DEFAULT_RULE_SETTINGS,
  });
  const pass = async (ms: number) => {
    for (let gone = 0; gone < ms; gone += STEP) {
      for (const { instance, site } of devices) {
        const isDown = down.has(instance);
        const own = { job: 'node', instance, site };
        const now = rig.clock.wall();
        const up = LabelSet.fromObject({ __name__: 'up', ...own });
        source.append(up, now, isDown ? 0 : 1);
        const time = LabelSet.fromObject({ __name__: 'node_time_seconds', ...own });
        if (!isDown) source.append(time, now, now / 1000);
      }
      await rig.advance(STEP);
    }
  };
  const start = async () => {
    await rig.alerting.start();
    await rules.start([{ path: 'devices.yml', text: read('deploy/rules/devices.yml') }]);
  };
  return { rig, rules, down, pass, start };
}

describe('an uplink that fails', () => {
  it('is one notification, though its devices fall silent one after the other', async () => {
    const { rig, rules, down, pass, start } = fleet();
    await start();
    await pass(60_000);
    expect(rig.take()).toEqual([]);
    for (let i = 0; i < DEVICES; i++) {
      down.add(`s${i}`);
      if (i % 4 === 3) await pass(STEP);
    }
    await pass(10 * 60_000);
    const told = rig.take();
    expect(told.map(({ alerts }) => alerts)).toEqual([['+SiteOffline']]);
    down.clear();
    await pass(10 * 60_000);
    const names = rig.take().flatMap(({ alerts }) => alerts);
    expect(names).toContain('-SiteOffline');
    expect(names.filter((name) => name.startsWith('+'))).toEqual([]);
    await rules.stop();
    await rig.alerting.stop();
  });

  it('leaves a single device of another site its own notification, by name', async () => {
    const { rig, rules, down, pass, start } = fleet();
    await start();
    await pass(60_000);
    for (let i = 0; i < DEVICES; i++) down.add(`s${i}`);
    down.add('n7');
    await pass(5 * 60_000);
    const told = rig.take().map(({ alerts }) => alerts);
    expect(told).toContainEqual(['+SiteOffline']);
    expect(told).toContainEqual(['+DeviceOffline n7']);
    expect(told).toHaveLength(2);
    await rules.stop();
    await rig.alerting.stop();
  });
});
