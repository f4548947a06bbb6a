/** What people do with a rollout; each is refused with the reason when its state does not allow it. */
import type { Package } from './plan.ts';
import type { Rollout } from './rollout.ts';

export const ACTIONS = ['pause', 'resume', 'abort', 'approve', 'retry', 'rollback'] as const;
export type Action = (typeof ACTIONS)[number];

export interface Order {
  readonly action: Action;
  readonly by: string;
  readonly comment: string;
  /** Of `approve`: the stage; the one that asks when it is the only one. */
  readonly stage?: string;
  /** Of `rollback`: instead of what each device had. */
  readonly to?: readonly Package[];
}

/** Empty when it was done, else why not. */
export function act(rollout: Rollout, order: Order, now: number): string {
  switch (order.action) {
    case 'approve':
      return approve(rollout, order, now);
    case 'retry':
      return retry(rollout, order, now);
    case 'resume':
      return resume(rollout, order, now);
    case 'rollback':
      return rollback(rollout, order, now);
    default:
      return stepped(rollout, order.action, order, now);
  }
}

function stepped(
  rollout: Rollout,
  event: 'pause' | 'resume' | 'abort' | 'revert',
  order: Order,
  now: number,
): string {
  const { state, endedAt } = rollout.record;
  if (!rollout.step(event, now, order.by, order.comment))
    return `${order.action}: the rollout is ${state}`;
  // What has ended has something to do again.
  if (endedAt > 0) rollout.set({ endedAt: 0 });
  return '';
}

function approve(rollout: Rollout, { stage, by, comment }: Order, now: number): string {
  const { stages } = rollout.record.plan;
  const asking = stages.flatMap(({ name }, i) =>
    rollout.stage(i).state === 'asking' ? [{ name, i }] : [],
  );
  const found = stage === undefined ? asking : asking.filter(({ name }) => name === stage);
  const [one] = found;
  if (one === undefined) return `approve: ${stage ?? 'no stage'} does not wait for an approval`;
  if (found.length > 1)
    return `approve: name the stage: ${found.map(({ name }) => name).join(', ')}`;
  rollout.stepStage(one.i, 'approve', now, by, comment);
  return '';
}

/** A stage that a gate has stopped goes on; the failures so far are let pass. */
function resume(rollout: Rollout, order: Order, now: number): string {
  const refused = stepped(rollout, 'resume', order, now);
  if (refused !== '') return refused;
  rollout.record.stages.forEach(({ state }, index) => {
    if (state !== 'stopped') return;
    const forgiven = rollout.book.count(index).failed;
    rollout.setStage(index, { forgiven, reverting: false });
    rollout.stepStage(index, 'again', now, order.by);
    rollout.forgetEvidence();
  });
  return '';
}

function retry(rollout: Rollout, { by }: Order, now: number): string {
  const { state } = rollout.record;
  if (state !== 'running' && state !== 'paused') return `retry: the rollout is ${state}`;
  let devices = 0;
  for (const [id, one] of rollout.book.records) {
    if (
      one.state === 'failed' &&
      one.reason !== 'revert-failed' &&
      rollout.stepDevice(id, 'retry', now)
    )
      devices += 1;
  }
  if (devices === 0) return 'retry: no device has failed';
  rollout.say(now, by, `${devices} devices that failed are tried again`);
  return '';
}

function rollback(rollout: Rollout, order: Order, now: number): string {
  const { plan } = rollout.record;
  const stranger = order.to?.find(({ name }) => !plan.packages.some((one) => one.name === name));
  if (stranger !== undefined) return `rollback: ${stranger.name} is no package of the rollout`;
  const refused = stepped(rollout, 'revert', order, now);
  if (refused === '' && order.to !== undefined) rollout.set({ revertTo: order.to });
  return refused;
}
