/** A rollout under any sequence of events: nobody twice, nobody forgotten, no limit passed, one state each. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { act } from '../../../collector/core/rollouts/actions.ts';
import { heard, told } from '../../../collector/core/rollouts/attempts.ts';
import { newRollout } from '../../../collector/core/rollouts/begin.ts';
import { DEVICE_STATES, DEVICE_TABLE } from '../../../collector/core/rollouts/device-table.ts';
import { advance } from '../../../collector/core/rollouts/progress.ts';
import { reasonOf } from '../../../collector/core/rollouts/reason-of.ts';
import { REASON_NAMES } from '../../../collector/core/rollouts/reasons.ts';
import { Rollout } from '../../../collector/core/rollouts/rollout.ts';
import { STAGE_STATES, STAGE_TABLE } from '../../../collector/core/rollouts/stage-table.ts';
import { fleetOf, planOf, worldOf } from '../../support/rollouts/plans.ts';

const START = Date.UTC(2026, 10, 21);
const PARALLEL = 7;
const PER_MINUTE = 12;

type Step =
  | { readonly kind: 'tick'; readonly ms: number }
  | {
      readonly kind: 'ok' | 'bad' | 'late' | 'away' | 'there' | 'held' | 'running';
      readonly device: number;
    }
  | { readonly kind: 'pause' | 'resume' | 'abort' | 'retry' | 'rollback' | 'approve' };

const DEVICES = 60;
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('tick' as const),
        ms: fc.integer({ min: 1, max: 4_000_000 }),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          ...([
            'ok',
            'ok',
            'ok',
            'bad',
            'late',
            'away',
            'there',
            'held',
            'held',
            'running',
          ] as const),
        ),
        device: fc.nat(DEVICES - 1),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom('pause', 'resume', 'abort', 'retry', 'rollback', 'approve'),
      }),
    },
  ),
  { minLength: 20, maxLength: 120 },
);

const plans = fc.constantFrom('pause', 'rollback-stage', 'rollback-all').map((onFailure) =>
  planOf({
    onFailure,
    limits: { parallel: PARALLEL, perMinute: PER_MINUTE },
    device: { retries: 1, backoff: '1m', deadline: '20m' },
    stages: [
      { name: 'canary', count: 3, gates: { errors: 1, success: 0 } },
      { name: 'some', share: 30, parallel: 4, gates: { soak: '1m', success: 20 } },
      { name: 'side', devices: ['d-1', 'd-2'], after: [], gates: { approval: true, success: 0 } },
      { name: 'all', share: 100 },
    ],
  }),
);

/** Applies the steps; `each` looks after every one. */
function run(
  rollout: Rollout,
  fleet: ReturnType<typeof fleetOf>,
  list: readonly Step[],
  each: (now: number) => void,
) {
  const world = worldOf(fleet);
  let now = START;
  rollout.enroll(fleet.values());
  for (const step of list) {
    now += step.kind === 'tick' ? step.ms : 0;
    if (step.kind === 'tick') advance(rollout, now, world);
    else if ('device' in step) {
      const one = fleet.get(`d-${step.device}`);
      if (one === undefined) continue;
      const { state } = rollout.book.records.get(one.id) ?? {};
      if (step.kind === 'away' || step.kind === 'there') one.online = step.kind === 'there';
      if (step.kind === 'late') one.packages.set('app', '1.0.0');
      if (step.kind === 'ok' && state === 'updating') one.packages.set('app', '2.0.0');
      if (step.kind === 'ok' && state === 'reverting') one.packages.set('app', '1.0.0');
      one.reportedAt = now;
      if (step.kind === 'bad' && state === 'updating')
        told(rollout, { device: one.id, word: 'failed', text: 'probe failed', now }, world);
      if (step.kind === 'held' || step.kind === 'running')
        told(rollout, { device: one.id, word: step.kind, text: `${step.kind}: x`, now }, world);
      heard(rollout, one, now, world);
    } else act(rollout, { action: step.kind, by: 'ada', comment: '' }, now);
    each(now);
  }
  return { now, world };
}

describe('a rollout', () => {
  it('keeps its limits, tells nobody twice, and knows one state and one reason of each device', () => {
    fc.assert(
      fc.property(plans, steps, (plan, list) => {
        const fleet = fleetOf(DEVICES);
        const rollout = new Rollout(
          newRollout({ id: 'r-1', plan, by: 'ada', comment: '', now: START }, [...fleet.values()]),
        );
        const begun: { device: string; at: number; attempt: number }[] = [];
        const attempts = new Map<string, number>();
        // Held back first: they begin when they like, not when the rollout does.
        const resumed = new Set<string>();
        const world = worldOf(fleet);
        run(rollout, fleet, list, (now) => {
          const { devices, wants } = rollout.takeChanges();
          for (const [id, one] of devices) {
            if (one.state === 'held') resumed.add(id);
            else if (one.state !== 'updating' || one.attempt !== attempts.get(id))
              resumed.delete(id);
            if (one.state !== 'updating' || attempts.get(id) === one.attempt) continue;
            // Each attempt is one more than the last, and told to the device.
            expect(one.attempt).toBe((attempts.get(id) ?? 0) + 1);
            expect(wants.some(({ device }) => device === id)).toBe(true);
            attempts.set(id, one.attempt);
            begun.push({ device: id, at: now, attempt: one.attempt });
          }
          const updating = [...rollout.book.records].filter(
            ([id, { state }]) => state === 'updating' && !resumed.has(id),
          );
          expect(updating.length).toBeLessThanOrEqual(PARALLEL);
          expect(updating.filter(([, { stage }]) => stage === 1).length).toBeLessThanOrEqual(
            Math.max(4, rollout.book.count(1).retrying),
          );
          expect(begun.filter(({ at }) => now - at < 60_000).length).toBeLessThanOrEqual(
            PER_MINUTE,
          );
          const openedTwice = rollout.record.log.filter(
            ({ text }) => text === 'stage canary is open',
          ).length;
          expect(openedTwice).toBeLessThanOrEqual(
            1 + rollout.record.log.filter(({ text }) => text.startsWith('running')).length,
          );
          const sum = Object.values(rollout.book.count()).reduce((a, b) => a + b, 0);
          expect(sum).toBe(DEVICES);
          const wrong = [...fleet.values()].filter((one) => {
            const reason = reasonOf(rollout, one, now, world);
            const updated = rollout.book.records.get(one.id)?.state === 'succeeded';
            return (
              (reason === undefined) !== updated ||
              (reason !== undefined && !REASON_NAMES.includes(reason))
            );
          });
          expect(wrong).toEqual([]);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('is the same after a restart at any moment', () => {
    fc.assert(
      fc.property(plans, steps, fc.nat(50), (plan, list, cut) => {
        const fleet = fleetOf(DEVICES);
        const first = new Rollout(
          newRollout({ id: 'r-1', plan, by: 'ada', comment: '', now: START }, [...fleet.values()]),
        );
        run(first, fleet, list.slice(0, cut), () => undefined);
        const again = new Rollout(JSON.parse(JSON.stringify(first.record)) as typeof first.record, [
          ...first.book.records,
        ]);
        again.enroll(fleet.values());
        expect(again.book.count()).toEqual(first.book.count());
        expect([...again.book.active].sort()).toEqual([...first.book.active].sort());
      }),
      { numRuns: 40 },
    );
  });

  it('ends when its devices do: everyone ends in one state', () => {
    fc.assert(
      fc.property(plans, steps, (plan, list) => {
        const fleet = fleetOf(DEVICES);
        const rollout = new Rollout(
          newRollout({ id: 'r-1', plan, by: 'ada', comment: '', now: START }, [...fleet.values()]),
        );
        let { now, world } = run(rollout, fleet, list, () => undefined);
        for (let i = 0; i < 4_000 && rollout.record.endedAt === 0; i++) {
          now += 1_800_000;
          for (const one of fleet.values()) {
            one.online = true;
            const state = rollout.book.records.get(one.id)?.state;
            if (state === 'updating' || state === 'held') one.packages.set('app', '2.0.0');
            if (state === 'reverting') one.packages.set('app', '1.0.0');
            heard(rollout, one, now, world);
          }
          advance(rollout, now, world);
        }
        expect(rollout.record.endedAt).toBeGreaterThan(0);
        expect(rollout.book.active.size).toBe(0);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a device that is updated', () => {
  it('fell back only by a newer word than the one that its success is known by', () => {
    const plan = planOf({ stages: [{ name: 'all', share: 100 }] });
    const fleet = fleetOf(4);
    const rollout = new Rollout(
      newRollout({ id: 'r-1', plan, by: 'ada', comment: '', now: START }, [...fleet.values()]),
    );
    rollout.enroll(fleet.values());
    const world = worldOf(fleet);
    const one = fleet.get('d-1');
    if (one === undefined) throw new Error('no device');
    advance(rollout, START, world);
    one.packages.set('app', '2.0.0');
    one.reportedAt = 100;
    advance(rollout, START + 1_000, world);
    const state = () => rollout.book.records.get('d-1')?.reason ?? 'succeeded';
    expect(state()).toBe('succeeded');
    one.packages.set('app', '1.0.0');
    // As a collector knows it that was killed: what it had heard before.
    one.reportedAt = 50;
    heard(rollout, one, START + 2_000, world);
    expect(state()).toBe('succeeded');
    one.reportedAt = 150;
    heard(rollout, one, START + 3_000, world);
    expect(state()).toBe('fell-back');
  });

  it('is not begun where no file fits', () => {
    const plan = planOf({ stages: [{ name: 'all', share: 100 }] });
    const fleet = fleetOf(4);
    const rollout = new Rollout(
      newRollout({ id: 'r-1', plan, by: 'ada', comment: '', now: START }, [...fleet.values()]),
    );
    rollout.enroll(fleet.values());
    const fits = { 'd-1': 'wrong-architecture', 'd-2': 'architecture-unknown' } as const;
    const fit = ({ id }: { id: string }) => fits[id as keyof typeof fits] ?? 'fits';
    const world = { ...worldOf(fleet), fit };
    advance(rollout, START, world);
    advance(rollout, START, world);
    const { waiting, updating, skipped } = rollout.book.count();
    expect({ waiting, updating, skipped }).toEqual({ waiting: 1, updating: 2, skipped: 1 });
    const two = fleet.get('d-2');
    if (two === undefined) throw new Error('no device');
    expect(reasonOf(rollout, two, START, world)).toBe('architecture-unknown');
    expect(rollout.book.records.get('d-1')?.reason).toBe('wrong-architecture');
  });
});

describe('the tables', () => {
  it('lead nowhere that is not a state', () => {
    for (const row of Object.values(DEVICE_TABLE)) {
      for (const step of Object.values(row)) {
        expect(DEVICE_STATES).toContain(step.to);
        // Who is updated has no reason; who ended otherwise has one.
        expect(step.reason === undefined).toBe(step.to === 'succeeded');
      }
    }
    for (const row of Object.values(STAGE_TABLE))
      for (const to of Object.values(row)) expect(STAGE_STATES).toContain(to);
  });
});
