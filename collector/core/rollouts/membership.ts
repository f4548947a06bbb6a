/** Which stage takes a device: the first that matches. A device's place never changes, so shares only grow. */
import { matches, parseSelector, type Selectable, type Selector } from '../fleet/selector.ts';
import { place } from '../fleet/share.ts';
import type { Plan, StagePlan } from './plan.ts';

interface Ready {
  readonly stage: StagePlan;
  readonly selector?: Selector;
  /** Of a stage that counts: chosen when the rollout began. */
  readonly chosen?: ReadonlySet<string>;
  readonly listed?: ReadonlySet<string>;
}

export class Membership {
  private readonly id: string;
  private readonly target: Selector;
  private readonly excluded: ReadonlySet<string>;
  private readonly stages: readonly Ready[];

  /** `id`: of the rollout, so that not the same devices go first each time. */
  constructor(id: string, plan: Plan, chosen: Readonly<Record<string, readonly string[]>>) {
    this.id = id;
    this.target = parseSelector(plan.target);
    this.excluded = new Set(plan.exclude);
    this.stages = plan.stages.map((stage) => ready(stage, chosen[stage.name]));
  }

  targets(device: Selectable): boolean {
    return matches(this.target, device);
  }

  isExcluded(device: string): boolean {
    return this.excluded.has(device);
  }

  /** Position of the stage; -1 when none takes it. */
  stageOf(device: Selectable): number {
    if (this.excluded.has(device.id)) return -1;
    return this.stages.findIndex((one) => this.takes(one, device));
  }

  place(device: string): number {
    return place(this.id, device);
  }

  private takes({ stage, selector, chosen, listed }: Ready, device: Selectable): boolean {
    if (stage.count !== undefined) return chosen?.has(device.id) === true;
    if (listed !== undefined && !listed.has(device.id)) return false;
    if (selector !== undefined && !matches(selector, device)) return false;
    return stage.share === undefined || stage.share >= 100 || this.place(device.id) < stage.share;
  }
}

function ready(stage: StagePlan, chosen: readonly string[] | undefined): Ready {
  return {
    stage,
    ...(stage.selector !== undefined && { selector: parseSelector(stage.selector) }),
    ...(stage.devices.length > 0 && { listed: new Set(stage.devices) }),
    ...(chosen !== undefined && { chosen: new Set(chosen) }),
  };
}

/** For each stage that counts its devices: those online first, then by their place. */
export function choose(
  id: string,
  plan: Plan,
  devices: readonly (Selectable & { readonly online: boolean })[],
): Record<string, string[]> {
  const chosen: Record<string, string[]> = {};
  if (!plan.stages.some(({ count }) => count !== undefined)) return chosen;
  const places = new Map(devices.map((one) => [one.id, place(id, one.id)]));
  const order = [...devices].sort(
    (a, b) =>
      Number(b.online) - Number(a.online) || (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0),
  );
  for (const [index, { name, count }] of plan.stages.entries()) {
    if (count === undefined) continue;
    const earlier = new Membership(id, { ...plan, stages: plan.stages.slice(0, index) }, chosen);
    const free = order.filter((one) => earlier.targets(one) && !earlier.isExcluded(one.id));
    const taken: string[] = [];
    for (const one of free) {
      if (taken.length >= count) break;
      if (earlier.stageOf(one) < 0) taken.push(one.id);
    }
    chosen[name] = taken;
  }
  return chosen;
}
