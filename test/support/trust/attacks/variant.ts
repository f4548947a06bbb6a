/** One way to attack, and a world that has been quiet until then. */
import type { Plan } from '../../../../agent/core/trust/check.ts';
import type { RepositoryName } from '../../../../agent/core/trust/trusted.ts';
import type { ReleaseManifest } from '../../../../protocol/release.ts';
import type { Attack, Outcome, Refusal } from '../../../../protocol/tuf/attacks.ts';
import { assigned, type Edition, manifest, NOW, released, World } from '../world.ts';

export interface Variant {
  readonly attack: Attack;
  readonly repository: RepositoryName;
  readonly name: string;
  /** What the device answers; `undefined`: it was taken in. */
  run(): Refusal | undefined;
}

export const BOTH = ['director', 'release'] as const;
export const APP = manifest('app', '1.0.0');
export const NEXT = manifest('app', '1.1.0');

/** Both repositories have been seen by the device, and nothing is installed yet. */
export function settled(): World {
  const world = new World().offer(1, APP);
  const { outcome } = world.check();
  if (!outcome.ok)
    throw new Error(`an honest world is refused: ${JSON.stringify(outcome.refusal)}`);
  return world;
}

export function versionOf(repository: RepositoryName, edition: number): number {
  return repository === 'director' ? NOW + edition : edition;
}

/** A new edition of one repository, with changes. */
export function edition(
  world: World,
  repository: RepositoryName,
  number: number,
  change: Partial<Edition> = {},
  manifests: readonly ReleaseManifest[] = [APP],
): void {
  if (repository === 'director') {
    world.direct(number, { targets: assigned(NOW + number, manifests), ...change });
  } else {
    world.release(number, { targets: released(...manifests), ...change });
  }
}

export function refusal(outcome: Outcome<unknown>): Refusal | undefined {
  return outcome.ok ? undefined : outcome.refusal;
}

/** The check's refusal; one by the other repository is no defence of this one. */
export function answer(world: World, repository?: RepositoryName): Refusal | undefined {
  const { outcome, refusedBy } = world.check();
  if (outcome.ok) return undefined;
  if (repository === undefined || refusedBy === repository) return outcome.refusal;
  throw new Error(`refused by ${String(refusedBy)}: ${JSON.stringify(outcome.refusal)}`);
}

export function planOf(world: World): Plan {
  const { outcome } = world.check();
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal));
  return outcome.value;
}

/** The same attack on each repository. */
export function onBoth(
  attack: Attack,
  name: string,
  act: (world: World, repository: RepositoryName) => void,
  begin: () => World = settled,
): readonly Variant[] {
  return BOTH.map((repository) => ({
    attack,
    repository,
    name,
    run: () => {
      const world = begin();
      act(world, repository);
      return answer(world, repository);
    },
  }));
}

export function on(
  repository: RepositoryName,
  attack: Attack,
  name: string,
  run: () => Refusal | undefined,
): Variant {
  return { attack, repository, name, run };
}
