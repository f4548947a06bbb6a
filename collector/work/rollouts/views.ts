/** Rollouts in the shapes that people ask for. */

import { type Counts as Mutable, noCounts } from '../../core/rollouts/book.ts';
import { DEVICE_STATES } from '../../core/rollouts/device-table.ts';
import { reasonOf } from '../../core/rollouts/reason-of.ts';
import type { Reason } from '../../core/rollouts/reasons.ts';
import type { DeviceRecord, RolloutRecord, Seen, World } from '../../core/rollouts/record.ts';
import { Rollout } from '../../core/rollouts/rollout.ts';
import type {
  DeviceRow,
  RolloutStatistics,
  RolloutSummary,
  RolloutView,
} from '../../ports/rollouts.ts';
import type { RolloutEngine } from './engine.ts';
import { summaryOf } from './summary.ts';

type Reasons = Partial<Record<Reason, number>>;

export function viewOf(rollout: Rollout, reasons: Reasons): RolloutView {
  const { record, book, measures } = rollout;
  return {
    ...summaryOf(
      record,
      record.endedAt > 0 ? (record.counts ?? book.count()) : book.count(),
      record.before ?? book.before(),
    ),
    stages: record.plan.stages.map(({ name, after, gates }, i) => {
      const { state, at, why } = rollout.stage(i);
      const asked = gates.expressions.flatMap(({ expr }, at_) => {
        const measure = measures[i]?.[at_];
        return measure === undefined ? [] : [{ ...measure, expr }];
      });
      return { name, state, at, why, after, counts: book.count(i), measures: asked };
    }),
    evidence: record.evidence,
    log: record.log,
    reasons,
  };
}

/** Each device of the target, in order of ids, with its state and its one reason. */
export function* rowsOf(
  rollout: Rollout,
  engine: RolloutEngine,
  now: number,
): Generator<DeviceRow> {
  const { book, membership, record } = rollout;
  const world = engine.worldOf(rollout);
  const over = record.endedAt > 0;
  const seen = new Map(
    [...engine.sight.all()]
      .filter((one) => book.records.has(one.id) || membership.targets(one))
      .map((one) => [one.id, one]),
  );
  // What came after its end was never of it.
  const ids = [...new Set([...book.records.keys(), ...(over ? [] : seen.keys())])].sort();
  for (const id of ids) yield row(rollout, id, seen.get(id), now, world);
}

/** One device of it; `undefined` when it is not of the target. */
export function rowOf(
  rollout: Rollout,
  engine: RolloutEngine,
  id: string,
  now: number,
): DeviceRow | undefined {
  const { book, membership, record } = rollout;
  const device = engine.sight.look(id);
  const isOf = device !== undefined && record.endedAt === 0 && membership.targets(device);
  if (!isOf && !book.records.has(id)) return undefined;
  return row(rollout, id, device, now, engine.worldOf(rollout));
}

function row(
  rollout: Rollout,
  id: string,
  device: Seen | undefined,
  now: number,
  world: World,
): DeviceRow {
  const { book, membership, record } = rollout;
  const own = book.records.get(id);
  const reason = own === undefined ? device && reasonOf(rollout, device, now, world) : own.reason;
  const stage =
    own?.stage ?? book.stages.get(id) ?? (device === undefined ? -1 : membership.stageOf(device));
  return {
    device: id,
    site: device?.site ?? '',
    stage: record.plan.stages[stage]?.name ?? '',
    state: own?.state ?? 'waiting',
    ...(own?.state !== 'succeeded' && reason !== undefined && { reason }),
    attempt: own?.attempt ?? 0,
    at: own?.at ?? 0,
    text: own?.text ?? '',
  };
}

/** As it was kept, to be looked at: nothing of it acts. */
export function restored(
  record: RolloutRecord,
  devices: Iterable<readonly [string, DeviceRecord]>,
): Rollout {
  return new Rollout(record, devices);
}

export function statisticsOf(all: readonly RolloutSummary[]): RolloutStatistics {
  const states: Partial<Record<RolloutSummary['state'], number>> = {};
  const devices: Mutable = noCounts();
  const packages = new Map<
    string,
    { name: string; rollouts: number; succeeded: number; failed: number }
  >();
  for (const one of all) {
    states[one.state] = (states[one.state] ?? 0) + 1;
    for (const state of DEVICE_STATES) devices[state] += one.counts[state];
    for (const { name } of one.packages) {
      const sum = packages.get(name) ?? { name, rollouts: 0, succeeded: 0, failed: 0 };
      sum.rollouts += 1;
      sum.succeeded += one.counts.succeeded;
      sum.failed += one.counts.failed;
      packages.set(name, sum);
    }
  }
  return { rollouts: all.length, states, devices, packages: [...packages.values()] };
}
