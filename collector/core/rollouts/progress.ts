/** What time makes of a rollout: attempts end, stages open and close, devices begin. */
import { gt } from 'semver';
import type { Fit } from '../releases/assign.ts';
import { watch } from './attempts.ts';
import { isUnderWay } from './device-table.ts';
import { alarm, hasEnded, judge, type StageTally } from './gates.ts';
import type { Seen, World } from './record.ts';
import type { Rollout } from './rollout.ts';
import { isEnded } from './rollout-table.ts';
import { inWindow } from './windows.ts';

/** Devices told in one step: more wait for the next, so that each write stays small. */
const STEP = 2_000;

/** One step; true when there is more to do at once. */
export function advance(rollout: Rollout, now: number, world: World): boolean {
  let left = watch(rollout, now, world, STEP);
  left -= takeBack(rollout, now, left);
  const { record } = rollout;
  if (record.state === 'running') {
    openStages(rollout, now);
    judgeStages(rollout, now);
    if (rollout.record.state === 'running') left -= begin(rollout, now, world, left);
  }
  finish(rollout, now);
  return left <= 0;
}

/** Those that have to go back, or are cut short, as many as a step may tell. */
function takeBack(rollout: Rollout, now: number, most: number): number {
  const { state, stages, revertTo } = rollout.record;
  const all = state === 'reverting';
  if (!all && state !== 'aborted' && !stages.some(({ reverting }) => reverting)) return 0;
  let done = 0;
  for (const [id, record] of rollout.book.records) {
    if (done >= most) break;
    if (state === 'aborted') {
      if (isUnderWay(record.state)) done += Number(rollout.stepDevice(id, 'abort', now));
      continue;
    }
    if (!all && stages[record.stage]?.reverting !== true) continue;
    const begun = record.state === 'succeeded' || isUnderWay(record.state);
    const failed =
      record.state === 'failed' && record.reason !== 'revert-failed' && revertTo !== undefined;
    if (begun || failed) done += Number(rollout.stepDevice(id, 'revert', now));
  }
  return done;
}

function openStages(rollout: Rollout, now: number): void {
  const { plan } = rollout.record;
  const passed = (name: string) =>
    plan.stages.some((one, i) => one.name === name && rollout.stage(i).state === 'passed');
  plan.stages.forEach(({ after }, index) => {
    if (rollout.stage(index).state === 'waiting' && after.every(passed))
      rollout.stepStage(index, 'open', now);
  });
}

function tallyOf(rollout: Rollout, index: number): StageTally {
  const { waiting, updating, held, retrying, succeeded, failed, reverting, reverted } =
    rollout.book.count(index);
  return {
    members: waiting + updating + held + retrying + succeeded + failed + reverting + reverted,
    succeeded,
    failed: Math.max(0, failed - rollout.stage(index).forgiven),
    // Those that hold it back are like those that are offline: nobody knows for how long.
    quiet: updating + retrying === 0 && !rollout.book.hasReady(index),
  };
}

function judgeStages(rollout: Rollout, now: number): void {
  for (const [index, { gates }] of rollout.record.plan.stages.entries()) {
    const { state, at } = rollout.stage(index);
    if (state === 'waiting' || state === 'passed' || state === 'stopped') continue;
    const tally = tallyOf(rollout, index);
    const soaked = state === 'soaking' && now - at >= gates.soak;
    const seen = {
      ...{ tally, control: rollout.record.evidence.verdict },
      measures: rollout.measures[index] ?? [],
      ...(soaked && { soakedAt: at + gates.soak }),
    };
    const why = alarm(gates, seen);
    if (why !== undefined) return stop(rollout, index, why, now);
    if (state === 'open' && hasEnded(gates, tally)) rollout.stepStage(index, 'ended', now);
    if (!soaked) continue;
    const { verdict, why: because } = judge(gates, seen);
    if (verdict === 'stop') return stop(rollout, index, because, now);
    if (verdict === 'go') {
      const empty = tally.members === 0 ? whyNobody(rollout, index) : '';
      rollout.stepStage(index, gates.approval ? 'ask' : 'held', now, '', empty);
    } else if (rollout.stage(index).why !== because) rollout.setStage(index, { why: because });
  }
}

/** Of a stage through which nobody was updated. */
function whyNobody({ book }: Rollout, index: number): string {
  const own = [...book.records.values()].filter(({ stage }) => stage === index);
  if (own.length === 0) return 'it has no devices';
  const already = own.filter(({ reason }) => reason === 'already').length;
  return already === own.length
    ? `all ${already} devices had the version already`
    : `none of its ${own.length} devices could be updated, ${already} had the version already`;
}

function stop(rollout: Rollout, index: number, why: string, now: number): void {
  const stage = rollout.record.plan.stages[index]?.name ?? '';
  const { onFailure } = rollout.record.plan;
  rollout.stepStage(index, 'stop', now, '', why);
  if (onFailure === 'rollback-stage') rollout.setStage(index, { reverting: true });
  rollout.step(onFailure === 'rollback-all' ? 'revert' : 'stop', now, '', `stage ${stage}: ${why}`);
}

/** Stages in order; the limits hold for all of them together. */
function begin(rollout: Rollout, now: number, world: World, most: number): number {
  const { plan } = rollout.record;
  if (now - rollout.record.createdAt >= plan.until || !inWindow(plan.windows, now)) return 0;
  let begun = 0;
  for (const [index, stage] of plan.stages.entries()) {
    const { state } = rollout.stage(index);
    if (state === 'waiting' || state === 'stopped') continue;
    rollout.book.take(index, (id) => {
      const fits = begun < most && (stage.atOnce || roomFor(rollout, index, now));
      const can = ability(rollout, id, world);
      if (can === 'gone') return 'taken';
      if (can === 'already' || can === 'wrong-architecture') {
        if (begun >= most) return 'stop';
        begun += 1;
        rollout.stepDevice(id, can === 'already' ? 'found' : 'unfit', now);
        return 'taken';
      }
      if (can !== 'ready') return 'park';
      if (!fits) return 'stop';
      start(rollout, id, now, world);
      begun += 1;
      return 'taken';
    });
  }
  return begun;
}

function start(rollout: Rollout, id: string, now: number, world: World): void {
  rollout.pace.take(now);
  rollout.stepDevice(id, 'begin', now, '', world.look(id));
  rollout.pick(id, world);
}

function roomFor(rollout: Rollout, index: number, now: number): boolean {
  const { limits, stages } = rollout.record.plan;
  const own = stages[index]?.parallel ?? limits.parallel;
  return (
    rollout.book.busy() < limits.parallel &&
    rollout.book.busy(index) < own &&
    rollout.pace.left(now) > 0
  );
}

export type Ability =
  | 'ready'
  | 'gone'
  | 'already'
  | 'newer'
  | 'offline'
  | 'other-rollout'
  | Exclude<Fit, 'fits'>;

/** Whether a device that waits could begin, limits and windows aside. */
function ability(rollout: Rollout, id: string, world: World): Ability {
  const seen = world.look(id);
  if (seen === undefined || !rollout.membership.targets(seen)) {
    rollout.book.drop(id);
    return 'gone';
  }
  return abilityOf(rollout, seen, world);
}

export function abilityOf(rollout: Rollout, seen: Seen, world: World): Exclude<Ability, 'gone'> {
  const { packages, downgrade } = rollout.record.plan;
  if (rollout.isUpdated(seen)) return 'already';
  const newer = packages.some(({ name, version }) => {
    const has = seen.packages.get(name);
    return has !== undefined && isNewer(has, version);
  });
  if (newer && !downgrade) return 'newer';
  const fit = world.fit(seen);
  if (fit !== 'fits') return fit;
  if (!world.isFree(seen.id)) return 'other-rollout';
  return seen.online ? 'ready' : 'offline';
}

function isNewer(has: string, wanted: string): boolean {
  try {
    return gt(has, wanted);
  } catch {
    return false;
  }
}

function finish(rollout: Rollout, now: number): void {
  const { state, plan, createdAt, endedAt } = rollout.record;
  const { book } = rollout;
  if (endedAt > 0 || book.active.size > 0) return;
  if (state === 'reverting' && !someBegun(rollout))
    rollout.step('back', now, '', rollout.record.why);
  if (state === 'running' || state === 'paused' || state === 'stopped') {
    const over = now - createdAt >= plan.until;
    const passed = rollout.record.stages.every((one) => one.state === 'passed');
    const waiting = book.count().waiting;
    if (over)
      rollout.step('end', now, '', waiting > 0 ? `${waiting} devices did not come in time` : '');
    else if (state === 'running' && passed && waiting === 0) rollout.step('end', now, '', '');
  }
  if (isEnded(rollout.record.state) && !someBegun(rollout)) {
    rollout.set({ endedAt: now, counts: book.count(), before: book.before() });
  }
}

/** Some that a rollout which goes back, or was aborted, has not told yet. */
function someBegun(rollout: Rollout): boolean {
  const { state } = rollout.record;
  const { updating, held, retrying, succeeded, reverting } = rollout.book.count();
  return updating + held + retrying + reverting + (state === 'reverting' ? succeeded : 0) > 0;
}
