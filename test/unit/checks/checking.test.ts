/** The checks' loop on a clock of the test. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckFinding } from '../../../agent/checks/check.ts';
import type { CheckState } from '../../../protocol/messages/health.ts';
import { planned, watchedDevice } from '../../support/checks/scripted.ts';
import { rounds } from '../../support/rounds.ts';

const never = () => new Promise<CheckFinding>(() => undefined);
const minute = 60_000;

describe('each check by itself', () => {
  it('runs once in each interval, all that are due in one turn, one after the other', async () => {
    const times = new Map<string, number[]>();
    let atOnce = 0;
    const names = Array.from({ length: 20 }, (_, at) => `c${at}`);
    const device = watchedDevice(
      names.map((name, at) =>
        planned(
          name,
          async ({ clock }) => {
            atOnce += 1;
            expect(atOnce).toBe(1);
            times.set(name, [...(times.get(name) ?? []), clock.mono()]);
            await new Promise<void>((resolve) => void clock.after(5, resolve));
            atOnce -= 1;
            return { state: 'ok', text: 'fine' };
          },
          { interval: at % 2 === 0 ? 30_000 : minute, jitter: 100 * at },
        ),
      ),
    );
    await device.clock.advance(10 * minute);
    for (const [name, all] of times) {
      const ran = all.slice(1);
      const interval = Number(name.slice(1)) % 2 === 0 ? 30_000 : minute;
      expect(ran.length).toBeGreaterThanOrEqual(600_000 / interval - 1);
      for (const [n, time] of ran.slice(1).entries()) {
        expect(Math.abs(time - (ran[n] ?? 0) - interval)).toBeLessThan(200);
      }
    }
    const later = [...times.values()].flatMap((ran) => ran.slice(1));
    expect(new Set(later.map((time) => Math.floor(time / 1_000))).size).toBeLessThan(22);
  });

  it('one that hangs harms no other and is not started twice', async () => {
    let started = 0;
    const hangs = () => {
      started += 1;
      return never();
    };
    let good = 0;
    const device = watchedDevice([
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((name) => planned(name, hangs)),
      planned('good', () => {
        good += 1;
        return 'ok';
      }),
    ]);
    await device.clock.advance(5 * minute);
    expect(started).toBe(6);
    expect(good).toBeGreaterThanOrEqual(29);
    expect(device.state('h1')).toBe('critical');
    expect(device.state('good')).toBe('ok');
    expect(device.checking.health().checks[0]?.text).toContain('still hangs');
  });

  it('one that comes back after all is asked again', async () => {
    let come: (finding: CheckFinding) => void = () => undefined;
    let started = 0;
    const device = watchedDevice([
      planned('slow', () => {
        started += 1;
        return started > 1 ? 'ok' : new Promise((resolve) => (come = resolve));
      }),
    ]);
    await device.clock.advance(minute);
    expect([started, device.state('slow')]).toEqual([1, 'critical']);
    come({ state: 'ok', text: 'late' });
    await device.clock.advance(minute);
    expect(device.state('slow')).toBe('ok');
  });

  it('is told to stop at its timeout, and what it saw is kept', async () => {
    const device = watchedDevice([
      planned('polite', ({ ending }) => {
        return new Promise((resolve) => {
          ending.whenOver(() => resolve({ state: 'critical', text: 'half an answer' }));
        });
      }),
      planned('rejects', ({ ending }) => {
        return new Promise((_, reject) => {
          ending.whenOver(() => reject(new Error('over')));
        });
      }),
      planned('unsure', ({ ending }) => {
        return new Promise((resolve) => {
          ending.whenOver(() => resolve({ state: 'unknown', text: 'stopped' }));
        });
      }),
      planned('throws', () => {
        throw new Error('cannot look');
      }),
    ]);
    await device.clock.advance(minute);
    const texts = device.checking.health().checks.map(({ state, text }) => `${state} ${text}`);
    expect(texts).toEqual([
      'critical half an answer',
      'critical no answer within 1 s',
      'critical stopped',
      'unknown cannot look',
    ]);
  });

  it('stretches all but critical checks', async () => {
    const runs = { vital: 0, other: 0 };
    const count = (name: keyof typeof runs) => () => {
      runs[name] += 1;
      return 'ok' as const;
    };
    const device = watchedDevice([
      planned('vital', count('vital'), { critical: true }),
      planned('other', count('other')),
    ]);
    device.stretch = 4;
    await device.clock.advance(10 * minute);
    expect(runs.vital).toBeGreaterThanOrEqual(59);
    expect(runs.other).toBeLessThanOrEqual(18);
  });

  it('runs now when asked, once for all who ask, and says what it found', async () => {
    let runs = 0;
    const device = watchedDevice([
      planned('web', () => {
        runs += 1;
        return { state: 'critical', text: 'refused' };
      }),
    ]);
    const asked = Promise.all([device.checking.runNow('web'), device.checking.runNow('web')]);
    await device.clock.advance(0);
    expect(await asked).toEqual([
      { ok: false, text: 'critical: refused' },
      { ok: false, text: 'critical: refused' },
    ]);
    expect(runs).toBe(1);
    expect((await device.checking.runNow('wbe')).text).toContain('there are: web');
  });

  it('is quiet after stop', async () => {
    let runs = 0;
    const device = watchedDevice([
      planned('a', () => {
        runs += 1;
        return 'critical';
      }),
    ]);
    device.checking.stop();
    await device.clock.advance(minute);
    expect([runs, device.events]).toEqual([0, []]);
  });
});

describe('what is told', () => {
  it('events at changes, the device as a whole, and the remedy', async () => {
    let state: CheckState = 'ok';
    const device = watchedDevice([
      planned('web', () => state, { critical: true, remedy: 'restart-web' }),
      planned('other', () => 'ok'),
    ]);
    await device.clock.advance(minute);
    expect(device.events).toEqual([]);
    state = 'critical';
    await device.clock.advance(minute);
    state = 'ok';
    await device.clock.advance(minute);
    expect(device.events).toEqual([
      'check.failed web: found critical',
      'health.changed unhealthy: critical checks failed: web',
      'check.recovered web: found ok',
      'health.changed healthy',
    ]);
    const what = device.requests.map((request) => request.what);
    expect(what.slice(0, 2)).toEqual(['failed', 'failed']);
    expect(what.filter((one) => one !== 'failed')).toEqual(['recovered']);
    expect(device.requests[0]).toEqual({ what: 'failed', check: 'web', remedy: 'restart-web' });
  });

  it('never an event without a change, whatever the checks answer', async () => {
    const letters = fc.array(fc.constantFrom<CheckState>('ok', 'warning', 'critical', 'unknown'), {
      minLength: 5,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(letters, letters, fc.integer({ min: 1, max: 3 }), async (a, b, failures) => {
        const script = (states: readonly CheckState[]) => {
          let at = 0;
          return () => states[at++ % states.length] ?? 'ok';
        };
        const rule = { failures, of: failures + 1 };
        const device = watchedDevice([
          planned('gateway', script(a), rule),
          planned('web', script(b), { ...rule, dependsOn: ['gateway'] }),
        ]);
        await device.clock.advance(8 * minute);
        device.checking.stop();
        for (const name of ['gateway:', 'web:']) {
          const own = device.events.filter((event) => event.split(' ')[1] === name);
          const kinds = own.map((event) => event.split(' ')[0]);
          kinds.forEach((kind, at) => {
            if (at === 0) return;
            // A recovery may be to a warning and then to ok; all others never come twice.
            if (kind !== 'check.recovered') expect(kind).not.toBe(kinds[at - 1]);
          });
        }
      }),
      { numRuns: rounds(25) },
    );
  });

  it('health is sent when something changed, soon and once for all that changed together', async () => {
    let state: CheckState = 'ok';
    let figure = 0;
    const device = watchedDevice([
      planned('a', () => {
        figure += 1;
        return { state, text: `took ${figure} ms` };
      }),
      planned('b', () => state),
    ]);
    await device.clock.advance(5 * minute);
    expect(device.changed).toBe(1);
    state = 'critical';
    await device.clock.advance(9_000);
    await device.clock.advance(11_000);
    const after = device.changed;
    expect(after).toBeLessThanOrEqual(3);
    expect(after).toBeGreaterThanOrEqual(2);
    await device.clock.advance(30 * minute);
    expect(device.changed - after).toBe(3);
  });

  it('grace: failures at the start do not count, good answers do', async () => {
    let state: CheckState = 'critical';
    const device = watchedDevice([planned('slow', () => state, { grace: 2 * minute })]);
    await device.clock.advance(minute);
    expect([device.state('slow'), device.events]).toEqual(['unknown', []]);
    state = 'ok';
    await device.clock.advance(30_000);
    expect(device.state('slow')).toBe('ok');
    state = 'critical';
    await device.clock.advance(minute);
    expect(device.state('slow')).toBe('critical');
  });
});

describe('behind a gateway', () => {
  function line(states: Record<string, CheckState>) {
    const answer = (name: string) => () => states[name] ?? 'ok';
    return watchedDevice([
      planned('gateway', answer('gateway'), { interval: 5 * minute, failures: 2, of: 3 }),
      planned('web', answer('web'), { dependsOn: ['gateway'], remedy: 'restart-web' }),
      planned('api', answer('api'), { dependsOn: ['web'] }),
    ]);
  }

  it('only the gateway fails, though it is looked at ten times as seldom', async () => {
    const states: Record<string, CheckState> = {};
    const device = line(states);
    await device.clock.advance(20 * minute);
    Object.assign(states, { gateway: 'critical', web: 'critical', api: 'critical' });
    await device.clock.advance(minute);
    expect(['gateway', 'web', 'api'].map(device.state)).toEqual(['critical', 'unknown', 'unknown']);
    expect(device.events.filter((event) => event.startsWith('check.failed'))).toHaveLength(1);
    expect(device.requests).toEqual([]);
    expect(device.checking.health().reason).toBe('failed: gateway; behind them: api, web');
  });

  it('when it is back they are looked at soon, and nothing has failed', async () => {
    const states: Record<string, CheckState> = {};
    const device = line(states);
    await device.clock.advance(10 * minute);
    Object.assign(states, { gateway: 'critical', web: 'critical', api: 'critical' });
    await device.clock.advance(2 * minute);
    Object.assign(states, { gateway: 'ok', web: 'ok', api: 'ok' });
    await device.clock.advance(6 * minute);
    expect(['gateway', 'web', 'api'].map(device.state)).toEqual(['ok', 'ok', 'ok']);
    const names = device.events.map((event) => event.split(':')[0]);
    expect(names.filter((name) => name?.startsWith('check.failed'))).toEqual([
      'check.failed gateway',
    ]);
    expect(names).toContain('check.recovered web');
    expect(names).toContain('check.recovered api');
  });

  it('what fails by itself fails, and what stands behind it does not', async () => {
    const states: Record<string, CheckState> = {};
    const device = line(states);
    await device.clock.advance(10 * minute);
    Object.assign(states, { web: 'critical', api: 'critical' });
    await device.clock.advance(2 * minute);
    expect(['gateway', 'web', 'api'].map(device.state)).toEqual(['ok', 'critical', 'unknown']);
    expect(device.requests[0]?.what).toBe('failed');
  });

  it('a check that has failed and then stands behind something asks for no more', async () => {
    const states: Record<string, CheckState> = { web: 'critical' };
    const device = line(states);
    await device.clock.advance(10 * minute);
    states['gateway'] = 'critical';
    await device.clock.advance(15 * minute);
    expect(device.requests.at(-1)?.what).toBe('unclear');
    const asked = device.requests.length;
    await device.clock.advance(15 * minute);
    expect(device.requests).toHaveLength(asked);
  });
});

describe('clock and reload', () => {
  it('since and at follow a clock that is set; nothing is told and nothing runs more often', async () => {
    let runs = 0;
    const device = watchedDevice([
      planned('a', () => {
        runs += 1;
        return 'ok';
      }),
    ]);
    await device.clock.advance(10 * minute);
    const [before] = device.checking.health().checks;
    device.stepMs = -5 * 365 * 86_400_000;
    const [after] = device.checking.health().checks;
    expect(after?.since).toBe((before?.since ?? 0) + device.stepMs);
    expect(after?.at).toBe((before?.at ?? 0) + device.stepMs);
    await device.clock.advance(10 * minute);
    expect(runs).toBeLessThanOrEqual(121);
    expect(device.events).toEqual([]);
  });

  it('a reload keeps what is known of checks that did not change', async () => {
    const bad = planned('bad', () => 'critical');
    const device = watchedDevice([bad, planned('goes', () => 'ok')]);
    await device.clock.advance(minute);
    const before = device.checking.health().checks[0];
    const tuned = { ...bad, config: { ...bad.config, interval: 5_000, labels: { a: 'b' } } };
    device.reload([tuned, planned('comes', () => 'ok')]);
    const [kept, fresh] = device.checking.health().checks;
    expect([kept?.state, kept?.since, kept?.text]).toEqual([
      'critical',
      before?.since,
      before?.text,
    ]);
    expect(fresh?.state).toBe('unknown');
    await device.clock.advance(minute);
    expect(device.events.filter((event) => event.startsWith('check.'))).toEqual([
      'check.failed bad: found critical',
    ]);
    expect(device.state('comes')).toBe('ok');
    expect(device.state('goes')).toBe('not there');
  });

  it('a check that looks elsewhere now starts anew, and still not beside a run that hangs', async () => {
    let started = 0;
    const hangs = planned('hangs', () => {
      started += 1;
      return never();
    });
    const device = watchedDevice([hangs]);
    await device.clock.advance(minute);
    device.reload([{ ...hangs, config: { ...hangs.config, options: { other: true } } }]);
    expect(device.state('hangs')).toBe('unknown');
    await device.clock.advance(minute);
    expect([started, device.state('hangs')]).toEqual([1, 'critical']);
  });
});
