/** A device is in one rollout of a package at a time: the higher priority has it, then the newer one. */
import type { Rollout } from '../../core/rollouts/rollout.ts';
import type { Sight } from './sight.ts';

export function isFree(
  own: Rollout,
  device: string,
  all: Iterable<Rollout>,
  sight: Sight,
): boolean {
  for (const other of all) {
    if (other === own || !sharesPackage(own, other)) continue;
    if (has(other, device)) return false;
    if (outranks(other, own) && waitsFor(other, device, sight)) return false;
  }
  return true;
}

function sharesPackage(a: Rollout, b: Rollout): boolean {
  return a.record.plan.packages.some(({ name }) =>
    b.record.plan.packages.some((one) => one.name === name),
  );
}

/** It has told the device something, and awaits the end of it, or is about to take it back. */
function has({ book, record }: Rollout, device: string): boolean {
  if (book.active.has(device)) return true;
  return record.state === 'reverting' && book.records.get(device)?.state === 'succeeded';
}

function outranks({ record: a }: Rollout, { record: b }: Rollout): boolean {
  if (a.plan.priority !== b.plan.priority) return a.plan.priority > b.plan.priority;
  return a.createdAt !== b.createdAt ? a.createdAt > b.createdAt : a.id > b.id;
}

function waitsFor({ book, record, membership }: Rollout, device: string, sight: Sight): boolean {
  if (record.state !== 'running' && record.state !== 'paused') return false;
  if (book.records.has(device)) return false;
  if (book.stages.has(device)) return true;
  const seen = sight.look(device);
  return seen !== undefined && membership.targets(seen) && membership.stageOf(seen) >= 0;
}

/** Who has its turn first. */
export function byRank({ record: a }: Rollout, { record: b }: Rollout): number {
  return b.plan.priority - a.plan.priority || b.createdAt - a.createdAt;
}
