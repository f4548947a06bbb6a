/** The reconciler: what is wanted is applied, watched, kept or taken back, whatever happens. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verdict } from '../../../agent/core/desired/judge.ts';
import { NOTHING_WANTED } from '../../../agent/core/desired/state.ts';
import { digestOf, readState, writeState } from '../../../agent/core/desired/text.ts';
import { transition } from '../../../agent/core/desired/transition.ts';
import { DESIRED_OUTCOMES } from '../../../protocol/messages/reported.ts';
import type { Tree } from '../../../protocol/messages/tree.ts';
import { type Crash, Device, world } from '../../support/desired/device.ts';
import { rounds } from '../../support/rounds.ts';

const short = ({ version, seen, outcome }: { version: number; seen: number; outcome: string }) =>
  `${version} ${seen} ${outcome}`;

async function started(of = world(), crash?: Crash): Promise<Device> {
  const device = new Device(of, crash);
  await Promise.race([device.reconciling.start(), of.clock.advance(0)]);
  await of.clock.advance(0);
  return device;
}

describe('a configuration', () => {
  test('is tried, watched and kept', async () => {
    const device = await started();
    const { world: of } = device;
    expect(short(device.reported())).toBe('0 0 none');
    expect(device.applied).toEqual([]);
    await device.want(7, { level: 'b' });
    expect(short(device.reported())).toBe('7 7 trying');
    expect(device.running).toEqual({ level: 'b' });
    await of.clock.advance(59_000);
    expect(short(device.reported())).toBe('7 7 trying');
    await of.clock.advance(1_000);
    expect(short(device.reported())).toBe('7 7 applied');
    expect(of.events).toEqual(['desired.applied 7']);
    expect(device.reported().config).toBe(digestOf({ level: 'b' }));
    const next = await started(of);
    expect(next.running).toEqual({ level: 'b' });
    expect(short(next.reported())).toBe('7 7 applied');
  });

  test.each([
    ['sick', 'the device was healthy before and is unhealthy'],
    ['cut', 'the link was up before and did not come back'],
    ['blind', 'the agent took no samples with it'],
  ])('that leaves the device %s is taken back, and never tried again', async (key, why) => {
    const device = await started();
    const { world: of } = device;
    await device.want(1, { a: 1 });
    await of.clock.advance(60_000);
    await device.want(2, { [key]: true });
    await of.clock.advance(60_000);
    expect(short(device.reported())).toBe('1 2 rolled-back');
    expect(device.reported().problems).toEqual([{ path: '', message: why }]);
    expect(device.running).toEqual({ a: 1 });
    const next = await started(of);
    await next.want(2, { [key]: true });
    expect(next.applied).toEqual([{ a: 1 }]);
    expect(short(next.reported())).toBe('1 2 rolled-back');
    expect(of.events).toEqual(['desired.applied 1', 'desired.rolled-back 2']);
  });

  test('what was bad before does not count against it', async () => {
    const device = await started();
    const { world: of } = device;
    of.health = () => 'degraded';
    of.linkUp = () => false;
    await device.want(1, { a: 1 });
    await of.clock.advance(60_000);
    expect(short(device.reported())).toBe('1 1 applied');
  });

  test('that does not fit is refused with its paths and changes nothing', async () => {
    const device = await started();
    await device.want(1, { a: 1 });
    await device.world.clock.advance(60_000);
    await device.want(2, { bad: true });
    expect(short(device.reported())).toBe('1 2 refused');
    expect(device.reported().problems).toEqual([{ path: 'bad', message: 'no' }]);
    expect(device.applied).toEqual([{ a: 1 }]);
  });

  test('that was refused is looked at once more when the own file is another', async () => {
    const device = await started();
    await device.want(2, { bad: true });
    await device.want(2, { bad: true });
    await device.want(2, { bad: true });
    device.world.refuses = () => undefined;
    await device.want(2, { bad: true });
    expect(short(device.reported())).toBe('0 2 refused');
    await device.reconciling.reapply();
    await device.want(2, { bad: true });
    expect(short(device.reported())).toBe('2 2 trying');
  });

  test('versions rise: an old one is answered with what is in force', async () => {
    const device = await started();
    await device.want(5, { a: 1 });
    await device.world.clock.advance(60_000);
    const before = device.published;
    const writes = device.facts.writes();
    await device.want(4, { a: 2 });
    await device.want(5, { a: 2 });
    expect(device.published).toBe(before + 2);
    expect(device.facts.writes()).toBe(writes);
    expect(short(device.reported())).toBe('5 5 applied');
    expect(device.running).toEqual({ a: 1 });
  });

  test('a newer one takes the place of a trial; both would go back to the last that was kept', async () => {
    const device = await started();
    const { clock } = device.world;
    await device.want(1, { a: 1 });
    await clock.advance(60_000);
    await device.want(2, { sick: true });
    await clock.advance(30_000);
    // By now the device is unhealthy; what counts is how it was before the first of the two.
    await device.want(3, { sick: true, b: 1 });
    await clock.advance(30_000);
    expect(short(device.reported())).toBe('3 3 trying');
    await clock.advance(30_000);
    expect(short(device.reported())).toBe('1 3 rolled-back');
    expect(device.running).toEqual({ a: 1 });
    await device.want(4, { a: 4 });
    await device.want(5, { bad: true });
    expect(short(device.reported())).toBe('1 5 refused');
    expect(device.running).toEqual({ a: 1 });
  });

  test('the same under a new number is no new trial', async () => {
    const device = await started();
    const { clock } = device.world;
    await device.want(1, { a: 1 });
    await clock.advance(59_000);
    await device.want(2, { a: 1 });
    expect(short(device.reported())).toBe('2 2 trying');
    await clock.advance(1_000);
    expect(short(device.reported())).toBe('2 2 applied');
    await device.want(3, { a: 1 });
    expect(short(device.reported())).toBe('3 3 applied');
    expect(device.applied).toEqual([{ a: 1 }]);
  });

  test('an own file that no longer takes it is used alone, and takes it again when mended', async () => {
    const device = await started();
    const { world: of } = device;
    await device.want(1, { a: 1 });
    await of.clock.advance(60_000);
    of.refuses = (tree) => (tree['a'] === 1 ? 'a' : undefined);
    await device.reconciling.reapply();
    expect(short(device.reported())).toBe('0 1 refused');
    expect(device.running).toEqual({});
    const next = await started(of);
    expect(short(next.reported())).toBe('0 1 refused');
    await next.want(1, { a: 1 });
    expect(short(next.reported())).toBe('0 1 refused');
    of.refuses = () => undefined;
    await next.reconciling.reapply();
    expect(short(next.reported())).toBe('1 1 applied');
    expect(next.running).toEqual({ a: 1 });
  });

  test('that cannot be stored is not begun', async () => {
    const device = await started();
    device.facts.failing = new Error('ENOSPC');
    await device.want(1, { a: 1 });
    expect(short(device.reported())).toBe('0 1 refused');
    expect(device.reported().problems[0]?.message).toContain('ENOSPC');
    expect(device.applied).toEqual([]);
    device.facts.failing = undefined;
    await device.want(1, { a: 1 });
    expect(short(device.reported())).toBe('1 1 trying');
  });

  test('that ends the agent again and again is taken back', async () => {
    const of = world();
    const first = await started(of);
    await first.want(1, { deadly: true });
    first.kill();
    for (let life = 0; life < 3; life++) {
      const device = await started(of);
      expect(device.running).toEqual({ deadly: true });
      device.kill();
    }
    const last = await started(of);
    expect(last.running).toEqual({});
    expect(short(last.reported())).toBe('0 1 rolled-back');
  });

  test('bytes that are no desired state change nothing and are told once', async () => {
    const device = await started();
    await device.reconciling.received(Uint8Array.of(1, 2, 3));
    await device.reconciling.received(Uint8Array.of(1, 2, 3));
    await device.reconciling.received(new Uint8Array());
    expect(device.world.events).toEqual(['desired.refused 0']);
    expect(short(device.reported())).toBe('0 0 none');
  });
});

describe('flags', () => {
  test('are taken at once, also of a version that is refused or taken back', async () => {
    const device = await started();
    const { world: of } = device;
    await device.want(1, {}, { beta: true });
    await device.want(2, { bad: true }, { beta: false, speed: 3 });
    expect(device.reconciling.flags()).toEqual({ beta: false, speed: 3 });
    await device.want(3, { sick: true }, { beta: false, speed: 4 });
    await of.clock.advance(60_000);
    expect(device.reported().flags).toEqual(
      new Map<string, unknown>(Object.entries({ beta: false, speed: 4 })),
    );
    expect(of.events.filter((event) => event.startsWith('flags'))).toEqual([
      'flags.changed 1',
      'flags.changed 2',
      'flags.changed 3',
    ]);
    const next = await started(of);
    expect(next.reconciling.flags()).toEqual({ beta: false, speed: 4 });
    expect(of.flagWrites.at(-1)).toEqual({ version: 3, values: { beta: false, speed: 4 } });
    await next.want(4, {}, { speed: 4, beta: false });
    expect(of.flagWrites.at(-1)?.version).toBe(3);
  });
});

const step = fc.oneof(
  fc.record({
    kind: fc.constant('want' as const),
    up: fc.integer({ min: -1, max: 2 }),
    what: fc.constantFrom('sick', 'bad', 'cut', 'a', 'b', 'c'),
  }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 70 }) }),
  fc.record({ kind: fc.constant('restart' as const) }),
  fc.record({
    kind: fc.constant('crash' as const),
    change: fc.integer({ min: 1, max: 4 }),
    after: fc.boolean(),
  }),
);

describe('whatever happens', () => {
  test('one whole configuration is in force, none that failed comes back, the last is reached', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const of = world();
        let device = await started(of);
        let version = 0;
        let wanted: Tree = {};
        const configs = new Map<number, Tree>([[0, {}]]);
        const failed = new Set<number>();
        const look = () => {
          if (device.dead) return;
          const { version: inForce, seen, outcome } = device.reported();
          // Whole: exactly what some version said, with what it was numbered.
          expect(device.running).toEqual(configs.get(inForce));
          expect(failed.has(inForce)).toBe(false);
          if (outcome === 'rolled-back') failed.add(seen);
        };
        for (const one of steps) {
          if (device.dead || one.kind === 'restart') {
            device.kill();
            device = await started(of);
          }
          if (one.kind === 'crash') {
            device.kill();
            device = await started(of, one);
          } else if (one.kind === 'wait') await of.clock.advance(one.seconds * 1000);
          else if (one.kind === 'want') {
            const next = Math.max(1, version + one.up);
            const tree = configs.get(next) ?? { [one.what]: one.what.length > 1 ? true : next };
            configs.set(next, tree);
            if (next > version) {
              version = next;
              wanted = tree;
            }
            void device.want(next, tree);
            await of.clock.advance(0);
          }
          look();
        }
        device.kill();
        device = await started(of);
        if (version > 0) {
          await device.want(version, wanted);
          look();
          await of.clock.advance(120_000);
          look();
          const { outcome, seen, version: inForce } = device.reported();
          expect(seen).toBe(version);
          const isGood = ['sick', 'cut', 'bad'].every((key) => wanted[key] !== true);
          if (isGood)
            expect([outcome === 'applied' || failed.has(seen), true]).toEqual([true, true]);
          else expect(['refused', 'rolled-back']).toContain(outcome);
          if (outcome === 'applied') expect(inForce).toBe(version);
        }
        device.kill();
      }),
      { numRuns: rounds(150) },
    ));

  test('the durable form gives back every state that can be reached', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('wanted', 'started', 'unfit', 'good', 'bad'), fc.nat(5))),
        (events) => {
          let state = NOTHING_WANTED;
          for (const [kind, n] of events) {
            const wanted = { version: n, config: { n }, graceMs: n, flags: { f: n } };
            const standing = { linkUp: true, overall: 'healthy' } as const;
            if (kind === 'wanted') {
              const event = {
                kind,
                wanted,
                standing,
                again: n % 2 === 0,
                fits: n % 3 > 0,
              } as const;
              ({ state } = transition(state, event));
            } else if (kind === 'unfit') {
              ({ state } = transition(state, { kind, problems: [{ path: 'p', message: 'm' }] }));
            } else if (kind === 'bad') ({ state } = transition(state, { kind, why: 'w' }));
            else ({ state } = transition(state, { kind: kind as 'started' | 'good' }));
            expect(readState(writeState(state))).toEqual(state);
            expect(state.trial !== undefined).toBe(state.outcome === 'trying');
            expect(DESIRED_OUTCOMES).toContain(state.outcome);
            expect(state.kept.version).toBeLessThanOrEqual(state.seen);
          }
        },
      ),
    );
  });

  test.each(['', '{}', 'null', '[]', '{"form":1}', '{"form":2,"seen":1}', '{"form":1,"seen":"x"}'])(
    '%j is no state',
    (text) => {
      expect(readState(text)).toBeUndefined();
    },
  );

  test('the verdict gets no better when things get worse', () => {
    const standing = fc.record({
      linkUp: fc.boolean(),
      overall: fc.constantFrom('healthy' as const, 'degraded' as const, 'unhealthy' as const),
    });
    fc.assert(
      fc.property(standing, standing, fc.boolean(), (before, after, samples) => {
        const watched = { ...after, samples };
        if (verdict(before, watched) === undefined) return;
        expect(verdict(before, { ...watched, samples: false })).toBeDefined();
        expect(verdict(before, { ...watched, overall: 'unhealthy' })).toBeDefined();
        expect(verdict({ linkUp: true, overall: 'healthy' }, watched)).toBeDefined();
      }),
    );
  });
});
