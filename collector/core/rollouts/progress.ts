/** What time and devices make of a rollout: attempts end, stages open and close, devices begin. */
import { gt } from 'semver';
import type { Fit } from '../releases/assign.ts';
import { alarm, hasEnded, judge, type StageTally } from './gates.ts';
import type { Seen, World } from './record.ts';
import type { Rollout } from './rollout.ts';
import { isEnded } from './rollout-table.ts';
import { inWindow } from './windows.ts';

/** Devices told in one step: more wait for the next, so that each write stays small. */
const STEP = 2_000;

/** One step; true when there is more to do at once. */
export function advance(rollout: Rollout, now: number, world: World): boolean {
  let left = watch(rollout, now, world);
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

/**
 * A device tells of an attempt that failed. One that went well is known by what the device says that it
 * runs, not before.
 */
export function toldFailure(
  rollout: Rollout,
  device: string,
  text: string,
  now: number,
  world: World,
): void {
  const record = rollout.book.records.get(device);
  if (record === undefined) return;
  if (record.state === 'reverting') return;
  if (record.state === 'succeeded') {
    const seen = world.look(device);
    // An old word, repeated.
    if (seen === undefined || rollout.isUpdated(seen)) return;
    rollout.stepDevice(device, 'fell-back', now, text);
    return;
  }
  endBadly(rollout, device, 'failed', text, now, world);
}

function endWell(rollout: Rollout, seen: Seen, now: number, world: World): void {
  if (!rollout.stepDevice(seen.id, 'succeeded', now, '', seen)) return;
  rollout.compare(seen.id, !seen.healthy, world);
}

function endBadly(
  rollout: Rollout,
  device: string,
  how: 'failed' | 'silent',
  text: string,
  now: number,
  world: World,
): void {
  const { retries } = rollout.record.plan.device;
  const attempt = rollout.book.records.get(device)?.attempt ?? 0;
  const last = attempt > retries;
  if (!rollout.stepDevice(device, last ? `${how}-last` : how, now, text)) return;
  if (last) rollout.compare(device, true, world);
}

/** Devices on their way: what they have now, and whether their time is over. */
function watch(rollout: Rollout, now: number, world: World): number {
  let left = STEP;
  const { device: rules, limits, until } = rollout.record.plan;
  const over = now - rollout.record.createdAt >= until;
  for (const id of rollout.book.active) {
    if (left <= 0) break;
    const record = rollout.book.records.get(id);
    if (record === undefined) continue;
    const seen = world.look(id);
    const before = rollout.pending;
    if (seen === undefined) rollout.stepDevice(id, 'forget', now);
    else if (record.state === 'reverting') {
      if (rollout.isBack(id, seen)) rollout.stepDevice(id, 'back', now);
      else if (now - record.at >= rules.deadline) rollout.stepDevice(id, 'not-back', now);
    } else if (rollout.isUpdated(seen)) endWell(rollout, seen, now, world);
    else if (record.state === 'updating' && now - record.startedAt >= rules.deadline) {
      endBadly(rollout, id, 'silent', '', now, world);
    } else if (record.state === 'retrying' && over) rollout.stepDevice(id, 'failed-last', now);
    else if (record.state === 'retrying' && rollout.record.state === 'running') {
      const pause = rules.backoff * 2 ** Math.max(0, record.attempt - 1);
      const room = rollout.book.count().updating < limits.parallel && rollout.pace.left(now) > 0;
      // Until it has seen that the first attempt is over, another one is no news to it.
      const heeds = seen.online && world.heeds(id);
      const allowed = heeds && room && inWindow(rollout.record.plan.windows, now);
      if (allowed && now - record.at >= pause && rollout.stepDevice(id, 'due', now, '', seen)) {
        rollout.pace.take(now);
      } else if (!heeds && now - record.at >= pause + rules.deadline) {
        endBadly(rollout, id, 'silent', '', now, world);
      }
    }
    if (rollout.pending !== before) left -= 1;
  }
  return left;
}

/** A device that is not on its way said something of itself, or something about it changed. */
export function heard(rollout: Rollout, seen: Seen, now: number, world: World): void {
  const record = rollout.book.records.get(seen.id);
  if (record === undefined) {
    rollout.book.wake(seen.id);
    return;
  }
  // After a crash what is known of a device may be older than what its success is known by.
  const isNews = seen.reportedAt > (record.reportedAt ?? 0);
  const fellBack = record.state === 'succeeded' && isNews && !rollout.isUpdated(seen);
  if (fellBack && world.holds(seen.id)) {
    rollout.stepDevice(seen.id, 'fell-back', now);
  } else if (record.reason === 'revert-failed' && rollout.isBack(seen.id, seen)) {
    rollout.stepDevice(seen.id, 'back', now);
  }
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
      if (record.state === 'updating' || record.state === 'retrying')
        done += Number(rollout.stepDevice(id, 'abort', now));
      continue;
    }
    if (!all && stages[record.stage]?.reverting !== true) continue;
    const begun =
      record.state === 'updating' || record.state === 'retrying' || record.state === 'succeeded';
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
  const { waiting, updating, retrying, succeeded, failed, reverting, reverted } =
    rollout.book.count(index);
  return {
    members: waiting + updating + retrying + succeeded + failed + reverting + reverted,
    succeeded,
    failed: Math.max(0, failed - rollout.stage(index).forgiven),
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
    if (verdict === 'go') rollout.stepStage(index, gates.approval ? 'ask' : 'held', now);
    else if (rollout.stage(index).why !== because) rollout.setStage(index, { why: because });
  }
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
  const { updating, retrying, succeeded, reverting } = rollout.book.count();
  return updating + retrying + reverting + (state === 'reverting' ? succeeded : 0) > 0;
}
