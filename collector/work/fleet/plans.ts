/** Moves the staged plans of flags on as time passes, and stops those whose devices fall ill. */

import { selectable } from '../../core/fleet/device.ts';
import { advance, type FlagPlan, type ShareHealth, shareOf } from '../../core/fleet/flag-plan.ts';
import { evaluate, type Flag, readyFlag } from '../../core/fleet/flags.ts';
import type { FleetDevices } from '../../ports/fleet-commands.ts';
import type { Cancel, Clock, Log } from '../../ports.ts';
import type { Flags } from './flags.ts';

const STEP_MS = 15_000;
/** Devices looked at before others have their turn. */
const SLICE = 2_000;

export interface PlansDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly flags: Flags;
  readonly devices: Pick<FleetDevices, 'all'>;
  readonly breathe: () => Promise<void>;
}

export class Plans {
  private readonly deps: PlansDeps;
  private cancel: Cancel = () => {};
  private stopped = false;
  private working: Promise<void> = Promise.resolve();

  constructor(deps: PlansDeps) {
    this.deps = deps;
  }

  start(): void {
    this.cancel = this.deps.clock.after(STEP_MS, () => {
      this.working = this.step().catch((error: unknown) =>
        this.deps.log.error('plans of flags failed', { error: String(error) }),
      );
      void this.working.then(() => {
        if (!this.stopped) this.start();
      });
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel();
    await this.working;
  }

  async step(): Promise<void> {
    for (const flag of this.deps.flags.all()) {
      const { plan } = flag;
      if (plan?.state === 'running' && !flag.killed) await this.move(flag, plan);
    }
  }

  private async move(flag: Flag, plan: FlagPlan): Promise<void> {
    const now = Math.round(this.deps.clock.wall());
    const next = advance(plan, await this.healthOf(flag, plan.rule), now);
    if (next === undefined) return;
    const said = saidOf(next);
    await this.deps.flags.planned(flag.name, plan, next, said);
    this.deps.log.info('plan of a flag', { flag: flag.name, said });
  }

  private async healthOf(flag: Flag, rule: number): Promise<ShareHealth> {
    const ready = readyFlag(flag);
    let [healthy, unhealthy, seen] = [0, 0, 0];
    for (const device of this.deps.devices.all()) {
      if (++seen % SLICE === 0) await this.deps.breathe();
      if (evaluate(ready, selectable(device)).rule !== rule) continue;
      const health = device.health?.overall;
      if (health === 'unhealthy') unhealthy += 1;
      else if (health !== undefined) healthy += 1;
    }
    return { healthy, unhealthy };
  }
}

function saidOf(plan: FlagPlan): string {
  switch (plan.state) {
    case 'paused':
    case 'off':
      return `${plan.state}: ${plan.reason}`;
    case 'done':
      return 'the plan is done';
    case 'running':
      return `step ${plan.step + 1} of ${plan.steps.length}: ${shareOf(plan) ?? 0} %`;
  }
}
