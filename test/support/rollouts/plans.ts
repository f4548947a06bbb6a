/** Rollout files for tests, and devices as a rollout sees them. */
import { type Plan, readPlan } from '../../../collector/core/rollouts/plan.ts';
import type { Seen, World } from '../../../collector/core/rollouts/record.ts';

export function planOf(tree: object): Plan {
  const { plan, problems } = readPlan(
    { packages: [{ name: 'app', version: '2.0.0' }], ...tree },
    () => ['berlin', 'paris'],
  );
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  return plan;
}

export interface TestDevice {
  id: string;
  site: string;
  labels: Map<string, string>;
  facts: Map<string, string>;
  online: boolean;
  healthy: boolean;
  packages: Map<string, string>;
  reportedAt: number;
}

export function device(id: string, more: Partial<TestDevice> = {}): TestDevice {
  return {
    ...{ id, site: 'berlin', labels: new Map<string, string>(), facts: new Map<string, string>() },
    ...{ online: true, healthy: true, packages: new Map([['app', '1.0.0']]) },
    reportedAt: 0,
    ...more,
  };
}

export function fleetOf(count: number): Map<string, TestDevice> {
  return new Map(Array.from({ length: count }, (_, i) => [`d-${i}`, device(`d-${i}`)]));
}

export function worldOf(fleet: ReadonlyMap<string, Seen>): World {
  return {
    look: (id) => fleet.get(id),
    fit: () => 'fits',
    isFree: () => true,
    heeds: () => true,
    holds: () => true,
  };
}
