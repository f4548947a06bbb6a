/** Adapting: more pressure never means doing more, no flapping, and it recovers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adaptSchema, resolveAdapt } from '../../../agent/config/adapt.ts';
import { effectsOf } from '../../../agent/core/adapting/effects.ts';
import {
  type AdaptRules,
  availableShare,
  batteryOf,
  busyShare,
  cpuTimes,
  type Figures,
  hottest,
  waitingShare,
} from '../../../agent/core/adapting/figures.ts';
import { GAUGES } from '../../../agent/core/adapting/gauges.ts';
import { NO_PRESSURE, nextPressure, type Pressure } from '../../../agent/core/adapting/level.ts';
import { Adapting } from '../../../agent/work/adapting.ts';
import { check } from '../../../protocol/config/check.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { silentLog } from '../../support/silent-log.ts';

const RULES: AdaptRules = {
  enabled: true,
  stretch: 8,
  dwell: 300_000,
  temperature: 80,
  battery: 40,
};
const LOOK = 30_000;
const GIB = 1024 ** 3;

/** Figures that are worse, or the same, where `strain` (0 to 1) is greater. */
const strained = (strain: number, waits: boolean): Figures => ({
  ...(waits ? { cpuWaiting: strain, memoryWaiting: strain } : {}),
  cpuBusy: strain,
  loadPerCore: strain * 8,
  memoryAvailable: 1 - strain,
  battery: 1 - strain,
  discharging: true,
  temperature: 30 + strain * 80,
  diskSize: 8 * GIB,
  diskFree: (1 - strain) * 8 * GIB,
});

function course(figures: readonly Figures[], rules = RULES): Pressure[] {
  let pressure = NO_PRESSURE;
  return figures.map((one, look) => {
    pressure = nextPressure(pressure, one, look * LOOK, rules);
    return pressure;
  });
}

const series = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  minLength: 1,
  maxLength: 60,
});

describe('the level', () => {
  test('is never lower under more pressure, nor is what follows', () => {
    fc.assert(
      fc.property(series, series, fc.boolean(), (a, more, waits) => {
        const low = course(a.map((strain) => strained(strain, waits)));
        const high = course(
          a.map((strain, n) => strained(strain + (1 - strain) * (more[n] ?? 0), waits)),
        );
        low.forEach((pressure, n) => {
          const other = high[n] ?? NO_PRESSURE;
          expect(other.level).toBeGreaterThanOrEqual(pressure.level);
          expect(effectsOf(other, RULES).stretch).toBeGreaterThanOrEqual(
            effectsOf(pressure, RULES).stretch,
          );
        });
      }),
    );
  });

  test('does not flap: between two falls lies the dwell time', () => {
    fc.assert(
      fc.property(series, (strains) => {
        const levels = course(strains.map((strain) => strained(strain, true)));
        const changes = levels
          .map((one, n) => ({ n, by: one.level - (levels[n - 1]?.level ?? 0), to: one.level }))
          .filter(({ by }) => by !== 0);
        // Each level is left only after ten looks below it, and reached after two at it.
        for (const level of [1, 2, 3]) {
          const crossings = changes.filter(({ to, by }) => to >= level !== to - by >= level);
          crossings.forEach(({ n, by }, index) => {
            const before = crossings[index - 1];
            if (before !== undefined) expect(n - before.n).toBeGreaterThanOrEqual(by < 0 ? 10 : 1);
          });
        }
      }),
    );
  });

  test('settles when nothing changes any more, and recovers within the dwell time and two looks', () => {
    fc.assert(
      fc.property(series, fc.double({ min: 0, max: 1, noNaN: true }), (strains, last) => {
        const start = strains.map((strain) => strained(strain, true));
        const steady = course([
          ...start,
          ...Array.from({ length: 40 }, () => strained(last, true)),
        ]);
        expect(new Set(steady.slice(-20).map(({ level }) => level)).size).toBe(1);
        const calm = course([...start, ...Array.from({ length: 12 }, () => strained(0.05, true))]);
        expect(calm.at(-1)?.level).toBe(0);
      }),
    );
  });

  test('a wobble around a threshold moves it once at most', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 79, max: 81, noNaN: true }), { minLength: 80 }),
        (degrees) => {
          const levels = course(degrees.map((temperature) => ({ temperature }))).map(
            (one) => one.level,
          );
          const moves = levels.filter((level, n) => level !== (levels[n - 1] ?? 0));
          expect(moves.length).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  test('thresholds rise, and are left below where they are entered', () => {
    for (const { thresholds } of GAUGES) {
      const { enter, leave } = thresholds(RULES);
      expect(enter).toEqual([...enter].sort((a, b) => a - b));
      expect(leave).toHaveLength(enter.length);
      for (const [n, value] of enter.entries()) {
        expect(leave[n] ?? Number.NaN).toBeLessThanOrEqual(value);
      }
    }
  });

  test.each<[string, Figures, number]>([
    ['nothing known', {}, 0],
    ['a busy processor without a queue', { cpuBusy: 1, loadPerCore: 1 }, 1],
    ['one whose waiting is known', { cpuBusy: 1, loadPerCore: 9, cpuWaiting: 0.1 }, 0],
    ['a long queue', { loadPerCore: 7 }, 3],
    ['a low battery', { battery: 0.09, discharging: true }, 3],
    ['a low battery that is being charged', { battery: 0.09, discharging: false }, 0],
    ['little memory', { memoryAvailable: 0.04 }, 2],
    ['heat', { temperature: 89 }, 2],
    ['a throttled processor', { throttled: true }, 1],
    ['a large disk with 1% free', { diskSize: 1000 * GIB, diskFree: 10 * GIB }, 0],
    ['a small disk with 4% free', { diskSize: GIB, diskFree: 0.04 * GIB }, 1],
    ['a full disk', { diskSize: 100 * GIB, diskFree: 0 }, 3],
  ])('%s', (_, figures, level) => {
    expect(course([figures, figures]).at(-1)?.level).toBe(level);
  });

  test('a full disk alone holds no task, since cleaning is one; heat does', () => {
    const disk: Figures = { diskSize: GIB, diskFree: 0 };
    const [, full] = course([disk, disk]);
    expect(effectsOf(full ?? NO_PRESSURE, RULES)).toEqual({
      stretch: 8,
      shedFull: true,
      slowBacklog: true,
      holdTasks: false,
    });
    const hot = { ...disk, temperature: 120 };
    const [, both] = course([hot, hot]);
    expect(effectsOf(both ?? NO_PRESSURE, { stretch: 4 })).toMatchObject({
      stretch: 4,
      holdTasks: true,
    });
  });
});

describe('the figures', () => {
  test('of the kernel', () => {
    const before = cpuTimes(
      'cpu  10 0 10 80 0 0 0 0 0 0\ncpu0 5 0 5 40 0 0 0 0\ncpu1 5 0 5 40\nintr 1\n',
    );
    const after = cpuTimes('cpu  40 0 10 130 0 0 0 20 0 0\n');
    expect(before).toEqual({ busy: 20, total: 100, cores: 2 });
    expect(busyShare(before, after)).toBe(0.5);
    expect(busyShare(undefined, after)).toBeUndefined();
    expect(busyShare(after, before)).toBeUndefined();
    expect(cpuTimes('')).toBeUndefined();
    const waits =
      'some avg10=0.00 avg60=12.50 avg300=1.00 total=1\nfull avg10=0.00 avg60=99.00 avg300=0 total=0\n';
    expect(waitingShare(waits)).toBe(0.125);
    expect(waitingShare('')).toBeUndefined();
    expect(
      availableShare('MemTotal:        1000 kB\nMemFree: 1 kB\nMemAvailable:    250 kB\n'),
    ).toBe(0.25);
    expect(availableShare('MemTotal: 1000 kB\n')).toBeUndefined();
    expect(hottest(['45000\n', undefined, '-274000', '61500', 'x'])).toBe(61.5);
    expect(hottest([])).toBeUndefined();
  });

  test('of batteries: those of the machine alone', () => {
    const supply = (type: string, status: string, capacity: string, scope = '') =>
      `POWER_SUPPLY_TYPE=${type}\nPOWER_SUPPLY_STATUS=${status}\nPOWER_SUPPLY_CAPACITY=${capacity}\n${scope}`;
    const mouse = supply('Battery', 'Discharging', '3', 'POWER_SUPPLY_SCOPE=Device\n');
    expect(batteryOf([mouse, 'POWER_SUPPLY_TYPE=Mains\n'])).toEqual({});
    expect(
      batteryOf([mouse, supply('Battery', 'Discharging', '50'), supply('Battery', 'Full', '100')]),
    ).toEqual({ battery: 0.75, discharging: true });
  });
});

describe('the configuration', () => {
  test('has defaults that pass, and stretches by powers of two', () => {
    const { value, problems } = check(adaptSchema, {});
    expect(problems).toEqual([]);
    expect(value === undefined ? undefined : resolveAdapt(value)).toEqual(RULES);
    for (const [most, stretch] of [
      [1, 1],
      [3, 2],
      [7, 4],
      [8, 8],
    ] as const) {
      expect(resolveAdapt({ ...RULES, stretch: most }).stretch).toBe(stretch);
    }
  });
});

describe('the loop', () => {
  test('tells of pressure and of relief, with figures, and obeys its switch', async () => {
    const files: Record<string, string> = {
      '/proc/stat': 'cpu  10 0 10 80 0 0 0 0 0 0\ncpu0 1\n',
      '/proc/loadavg': '0.10 0.10 0.10 1/100 1\n',
      '/proc/meminfo': 'MemTotal: 1000 kB\nMemAvailable: 500 kB\n',
      '/sys/class/thermal/thermal_zone0/temp': '50000\n',
      '/sys/class/power_supply/BAT0/uevent':
        'POWER_SUPPLY_TYPE=Battery\nPOWER_SUPPLY_STATUS=Full\nPOWER_SUPPLY_CAPACITY=100\n',
    };
    const clock = new FakeClock(0);
    const events: { name: string; text: string }[] = [];
    const effects: number[] = [];
    let rules = RULES;
    const free = { freeBytes: GIB, availBytes: GIB, files: 1, filesFree: 1 };
    const adapting = new Adapting({
      clock,
      host: memoryHost(files, { statfs: () => Promise.resolve({ sizeBytes: 8 * GIB, ...free }) }),
      log: silentLog,
      journal: {
        now: () => 0,
        event: ({ name, text }) => {
          events.push({ name, text });
          return Promise.resolve();
        },
        report: () => Promise.resolve(),
        result: () => Promise.resolve(),
      },
      rules: () => rules,
      data: '/data',
      changed: ({ stretch }) => effects.push(stretch),
    });
    adapting.start();
    await clock.advance(60_000);
    expect(adapting.status()).toMatchObject({ level: 'none', figures: { temperature: '50.0C' } });
    files['/sys/class/thermal/thermal_zone0/temp'] = '99000\n';
    await clock.advance(30_000);
    expect(adapting.level()).toBe(0);
    await clock.advance(30_000);
    expect([adapting.level(), adapting.stretch(), adapting.effects().holdTasks]).toEqual([
      3,
      8,
      true,
    ]);
    files['/sys/class/thermal/thermal_zone0/temp'] = '50000\n';
    await clock.advance(300_000);
    expect(adapting.level()).toBe(3);
    await clock.advance(30_000);
    expect(adapting.level()).toBe(0);
    expect(effects).toEqual([8, 1]);
    expect(events.map(({ name }) => name)).toEqual(['agent.strained', 'agent.eased']);
    expect(events[0]?.text).toBe(
      'pressure starved, was none: intervals x8; loadPerCore 0.10, memoryAvailable 50%, battery 100%, temperature 99.0C, diskFree 1024MiB',
    );
    files['/sys/class/thermal/thermal_zone0/temp'] = '99000\n';
    await clock.advance(60_000);
    rules = { ...RULES, stretch: 2 };
    await adapting.look();
    expect(adapting.stretch()).toBe(2);
    rules = { ...RULES, enabled: false };
    await adapting.look();
    expect([adapting.level(), adapting.stretch()]).toEqual([0, 1]);
    const emitted: [string, number][] = [];
    const sampler = adapting.sampler;
    const raw = await sampler.read(memoryHost({}), {});
    sampler.parse(raw, (metric, value) => emitted.push([metric.name, value]), {});
    expect(emitted).toEqual([
      ['muster_agent_pressure_level', 0],
      ['muster_agent_interval_stretch', 1],
    ]);
    adapting.stop();
    expect(clock.pending).toBe(0);
  });
});
