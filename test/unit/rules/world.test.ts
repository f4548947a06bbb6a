import { describe, expect, it } from 'vitest';
import { listText } from '../../../collector/cli/commands/rules/list.ts';
import { LabelSet } from '../../../collector/core/label-set.ts';
import type { Evaluated } from '../../../collector/core/query/engine.ts';
import { STALE_BITS } from '../../../collector/core/stale.ts';
import type { WrittenSeries } from '../../../collector/ports/samples.ts';
import { RuleMemory } from '../../../collector/work/rules/memory.ts';
import { DEFAULT_RULE_SETTINGS } from '../../../collector/work/rules/settings.ts';
import { GroupWorld, type WorldDeps } from '../../../collector/work/rules/world.ts';
import { MemoryCatalog } from '../../support/alerting/memory-catalog.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { groupOf } from '../../support/rules/load-one.ts';
import { silentLog } from '../../support/silent-log.ts';

const GROUP = groupOf('groups:\n- name: g\n  rules:\n  - {alert: Full, expr: disk > 1}\n');

function world(refused = 0, evaluated?: () => Promise<Evaluated>) {
  const written: WrittenSeries[] = [];
  const clock = new FakeClock();
  const deps: WorldDeps = {
    clock,
    log: silentLog,
    engine: {
      instant: (_expression, _at, options) =>
        evaluated?.() ??
        new Promise((_resolve, reject) => {
          options?.signal?.addEventListener('abort', () =>
            reject(options.signal?.reason instanceof Error ? options.signal.reason : new Error()),
          );
        }),
      range: () => Promise.reject(new Error('rules ask for instants')),
    },
    samples: {
      write(series) {
        written.push(...series);
        return Promise.resolve({ refused });
      },
    },
    alerts: { put: () => Promise.reject(new Error('nothing is to be told')) },
    memory: new RuleMemory(new MemoryCatalog()),
    freshness: {
      device: () => 'silent',
      site: () => 'silent',
      fleet: () => 'silent',
      allHeard: () => true,
    },
    breathe: () => Promise.resolve(),
    settings: () => ({ ...DEFAULT_RULE_SETTINGS, timeoutMs: 5_000 }),
  };
  return { world: new GroupWorld(deps, GROUP), written, clock };
}

const labels = LabelSet.fromObject({ __name__: 'x' });

describe('the world of a group', () => {
  it('writes numbers, and ends series by the bits of a marker', async () => {
    const { world: of, written } = world();
    await of.write([{ labels, time: 5, value: 7 }], [labels], 9);
    expect(written.map(({ times, values }) => [...times, ...values])).toEqual([
      [5, 7],
      [9, Number.NaN],
    ]);
    const marker = written[1]?.values as Float64Array;
    expect(new BigUint64Array(marker.buffer)[0]).toBe(STALE_BITS);
  });

  it('says that native histograms are not recorded, and writes the rest', async () => {
    const { world: of, written } = world();
    const histogram = { count: 1, sum: 1, buckets: () => [], toString: () => '{}' };
    const samples = [
      { labels, time: 5, value: 0, histogram },
      { labels, time: 5, value: 1 },
    ];
    await expect(of.write(samples, [], 5)).rejects.toThrow('1 native histograms were not recorded');
    expect(written).toHaveLength(1);
  });

  it('says that a limit refused samples', async () => {
    const { world: of } = world(3);
    await expect(of.write([{ labels, time: 5, value: 0 }], [], 5)).rejects.toThrow('refused 3');
  });

  it('ends a query whose time is over', async () => {
    const { world: of, clock } = world();
    const answer = of.query('disk', 0);
    const refused = expect(answer).rejects.toThrow('query timed out');
    await clock.advance(5_000);
    await refused;
    expect(clock.pending).toBe(0);
  });

  it('hands on nothing where there is nothing', async () => {
    await expect(world().world.notify([])).resolves.toBeUndefined();
  });

  it('holds what is about silent devices, when it is to', () => {
    const [rule] = GROUP.rules;
    if (rule === undefined) throw new Error('there is no rule');
    expect(world().world.isSilent(rule, labels)).toBe(true);
  });
});

describe('the list of rules', () => {
  it('is a table', () => {
    const rule = {
      name: 'Full',
      type: 'alerting',
      state: 'firing',
      health: 'err',
      lastError: 'too slow',
      lastEvaluation: '2026-11-21T12:00:00.000Z',
      alerts: [{}, {}],
    } as const;
    const never = {
      ...rule,
      name: 'x',
      type: 'recording',
      lastEvaluation: '0001-01-01T00:00:00Z',
    } as const;
    const text = listText([{ name: 'g', rules: [rule, never] }]);
    expect(text).toMatch(/^GROUP\s+RULE\s+TYPE\s+STATE\s+ALERTS\s+HEALTH\s+EVALUATED\s+ERROR\n/);
    expect(text).toMatch(/g\s+Full\s+alerting\s+firing\s+2\s+err\s+.*too slow\n/);
    expect(text).toMatch(/never/);
    expect(listText([])).toBe('no rules\n');
  });
});
