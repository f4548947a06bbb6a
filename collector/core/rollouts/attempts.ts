/** Attempts of devices: what they tell of them, what they run since, and what time says to their silence. */
import type { ReportState } from '../../../protocol/messages/report.ts';
import type { DeviceRecord, Seen, World } from './record.ts';
import type { Rollout } from './rollout.ts';
import { inWindow } from './windows.ts';

/** What a report of an installation says of the attempt. */
export type Word = 'failed' | 'held' | 'running';

export interface Told {
  readonly device: string;
  readonly word: Word;
  /** In the device's words. */
  readonly text: string;
  readonly now: number;
}

/** `undefined`: no word that is heeded. Success is known by what the device says that it runs, not before. */
export function wordOf(state: ReportState): Word | undefined {
  if (state === 'failed' || state === 'timed-out') return 'failed';
  if (state === 'skipped') return 'held';
  return state === 'running' ? 'running' : undefined;
}

export function told(rollout: Rollout, { device, word, text, now }: Told, world: World): void {
  const record = rollout.book.records.get(device);
  if (word === 'failed') toldFailure(rollout, device, text, now, world);
  else if (word === 'running') {
    if (record?.reason === 'held') rollout.stepDevice(device, 'resumed', now, text);
    // The same again is no news.
  } else if (record?.reason !== 'held' || record.text !== text)
    rollout.stepDevice(device, 'held', now, text);
}

function toldFailure(
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

/** Devices on their way, at most so many changes: what they have now, and whether their time is over. */
export function watch(rollout: Rollout, now: number, world: World, most: number): number {
  let left = most;
  for (const id of rollout.book.active) {
    if (left <= 0) break;
    const record = rollout.book.records.get(id);
    if (record === undefined) continue;
    const seen = world.look(id);
    const before = rollout.pending;
    if (seen === undefined) rollout.stepDevice(id, 'forget', now);
    else if (record.state === 'reverting') watchWayBack(rollout, seen, record, now);
    else if (rollout.isUpdated(seen)) endWell(rollout, seen, now, world);
    else watchWay(rollout, seen, record, now, world);
    if (rollout.pending !== before) left -= 1;
  }
  return left;
}

function watchWayBack(rollout: Rollout, seen: Seen, { at, reason }: DeviceRecord, now: number) {
  const late = now - at >= rollout.record.plan.device.deadline;
  const waits = reason === 'held' && !isOver(rollout, now);
  if (rollout.isBack(seen.id, seen)) rollout.stepDevice(seen.id, 'back', now);
  else if (late && !waits) rollout.stepDevice(seen.id, 'not-back', now);
}

function watchWay(rollout: Rollout, seen: Seen, record: DeviceRecord, now: number, world: World) {
  const { deadline } = rollout.record.plan.device;
  const over = isOver(rollout, now);
  // Anew when it was held back meanwhile: `at`, not when it was told.
  if (record.state === 'updating' && now - record.at >= deadline)
    endBadly(rollout, seen.id, 'silent', '', now, world);
  else if (record.state === 'held' && over) rollout.stepDevice(seen.id, 'expire', now);
  else if (record.state === 'retrying' && over) rollout.stepDevice(seen.id, 'failed-last', now);
  else if (record.state === 'retrying' && rollout.record.state === 'running')
    again(rollout, seen, record, now, world);
}

/** The next attempt, when the pause before it is over. */
function again(rollout: Rollout, seen: Seen, record: DeviceRecord, now: number, world: World) {
  const { device: rules, limits, windows } = rollout.record.plan;
  const pause = rules.backoff * 2 ** Math.max(0, record.attempt - 1);
  const room = rollout.book.count().updating < limits.parallel && rollout.pace.left(now) > 0;
  // Until it has seen that the first attempt is over, another one is no news to it.
  const heeds = seen.online && world.heeds(seen.id);
  const allowed = heeds && room && inWindow(windows, now);
  if (allowed && now - record.at >= pause && rollout.stepDevice(seen.id, 'due', now, '', seen)) {
    rollout.pace.take(now);
  } else if (!heeds && now - record.at >= pause + rules.deadline) {
    endBadly(rollout, seen.id, 'silent', '', now, world);
  }
}

function isOver({ record }: Rollout, now: number): boolean {
  return now - record.createdAt >= record.plan.until;
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
