/** A rollout as it was asked for, read from its file: what the schema cannot say is checked here. Pure. */
import { valid } from 'semver';
import { check } from '../../../protocol/config/check.ts';
import { type Finding, finding } from '../../../protocol/config/problem.ts';
import { zoneName } from '../alerting/interval.ts';
import { selectorProblem } from '../fleet/selector.ts';
import { type GatesFile, type RolloutFile, rolloutSchema, type StageFile } from './schema.ts';

export interface Package {
  readonly name: string;
  readonly version: string;
}

export type Gates = GatesFile;

export interface StagePlan {
  readonly name: string;
  readonly devices: readonly string[];
  readonly count?: number;
  readonly share?: number;
  readonly selector?: string;
  /** Names of stages that must have passed. */
  readonly after: readonly string[];
  readonly parallel?: number;
  /** All of its devices begin in one go. */
  readonly atOnce: boolean;
  readonly gates: Gates;
}

export interface Plan extends Omit<RolloutFile, 'stages' | 'gates' | 'name'> {
  readonly name: string;
  readonly stages: readonly StagePlan[];
}

export interface PlanFound {
  readonly plan?: Plan;
  readonly problems: readonly Finding[];
}

/** `sites`: of the target, for stages that go from site to site. */
export function readPlan(tree: unknown, sites: (selector: string) => readonly string[]): PlanFound {
  const { value, problems } = check(rolloutSchema, tree);
  if (value === undefined) return { problems };
  const found = [
    ...wholeProblems(value),
    ...value.stages.flatMap((one, i) => stageProblems(value, one, i)),
  ];
  if (found.length > 0) return { problems: found };
  return { plan: toPlan(value, sites), problems: [] };
}

function wholeProblems({ packages, stages, target, windows, gates }: RolloutFile): Finding[] {
  const found: Finding[] = [];
  if (packages.length === 0)
    found.push(finding('missing', ['packages'], 'name at least one package'));
  if (stages.length === 0) found.push(finding('missing', ['stages'], 'name at least one stage'));
  packages.forEach(({ name, version }, i) => {
    if (valid(version) === null) {
      const hint = 'write one like 1.2.3';
      found.push(
        finding(
          'malformed',
          ['packages', String(i), 'version'],
          `${version} is no semantic version`,
          hint,
        ),
      );
    }
    if (packages.findIndex((one) => one.name === name) < i) {
      found.push(finding('conflict', ['packages', String(i), 'name'], `${name} is named twice`));
    }
  });
  const problem = selectorProblem(target);
  if (problem !== undefined) found.push(finding('malformed', ['target'], problem));
  windows.forEach(({ times, zone }, i) => {
    if (zoneName(zone) === undefined) {
      found.push(
        finding(
          'not-allowed',
          ['windows', String(i), 'zone'],
          `${zone} is no time zone`,
          'write one like Europe/Berlin',
        ),
      );
    }
    times.forEach((text, at) => {
      if (!isSpan(text))
        found.push(
          finding(
            'out-of-range',
            ['windows', String(i), 'times', String(at)],
            `${text} is no span of a day`,
          ),
        );
    });
  });
  return [...found, ...gateProblems(gates, ['gates'])];
}

function isSpan(text: string): boolean {
  const [from, to] = text.split('-');
  return (
    [from, to].every((one = '') => /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(one)) && from !== to
  );
}

function gateProblems({ control }: GatesFile, keys: readonly string[]): Finding[] {
  if (control.margin > control.tolerance) return [];
  return [finding('out-of-range', [...keys, 'control', 'margin'], 'must be above tolerance')];
}

function stageProblems({ stages }: RolloutFile, stage: StageFile, index: number): Finding[] {
  const at = (...keys: string[]) => ['stages', String(index), ...keys];
  const found: Finding[] = [];
  const names = stages.map(({ name }) => name);
  if (names.indexOf(stage.name) < index) {
    found.push(finding('conflict', at('name'), `${stage.name} is the name of two stages`));
  }
  const kinds = [
    stage.devices.length > 0 ? 'devices' : undefined,
    ...(['count', 'share', 'selector'] as const).map((key) =>
      stage[key] === undefined ? undefined : key,
    ),
  ].filter((key) => key !== undefined);
  if (kinds.length !== 1) {
    const message =
      kinds.length === 0 ? 'says no devices' : `says its devices twice: ${kinds.join(' and ')}`;
    found.push(
      finding('conflict', at(), message, 'give one of devices, count, share and selector'),
    );
  }
  const problem = stage.selector === undefined ? undefined : selectorProblem(stage.selector);
  if (problem !== undefined) found.push(finding('malformed', at('selector'), problem));
  stage.after?.forEach((name, i) => {
    const before = names.indexOf(name);
    // Only backwards: no circle can be written.
    if (before < 0 || before >= index) {
      found.push(
        finding('not-allowed', at('after', String(i)), `${name} is no stage before this one`),
      );
    }
  });
  if (stage.blueGreen !== undefined && stage.count !== undefined) {
    found.push(
      finding('conflict', at('blueGreen'), 'goes with selector, devices or share, not with count'),
    );
  }
  if (stage.gates !== undefined) found.push(...gateProblems(stage.gates, at('gates')));
  return found;
}

function toPlan(file: RolloutFile, sites: (selector: string) => readonly string[]): Plan {
  const stages: StagePlan[] = [];
  /** The last stage that came of each one of the file. */
  const ends = new Map<string, string>();
  let before: string | undefined;
  for (const one of file.stages) {
    const asked = one.after ?? (before === undefined ? [] : [before]);
    const after = asked.map((name) => ends.get(name) ?? name);
    const made =
      one.blueGreen === undefined
        ? [stageOf(file, one, after)]
        : groups(file, one, after, sites(file.target));
    stages.push(...made);
    ends.set(one.name, made.at(-1)?.name ?? after[0] ?? one.name);
    before = one.name;
  }
  const name = file.name ?? file.packages.map((one) => `${one.name} ${one.version}`).join(', ');
  return { ...file, name, stages };
}

function stageOf(file: RolloutFile, one: StageFile, after: readonly string[]): StagePlan {
  const { name, devices, count, share, selector, parallel } = one;
  return {
    ...{ name, devices, after, atOnce: false, gates: one.gates ?? file.gates },
    ...(count !== undefined && { count }),
    ...(share !== undefined && { share }),
    ...(selector !== undefined && { selector }),
    ...(parallel !== undefined && { parallel }),
  };
}

/** A group for each site, one after the other. */
function groups(
  file: RolloutFile,
  one: StageFile,
  after: readonly string[],
  sites: readonly string[],
): StagePlan[] {
  const { blueGreen, selector } = one;
  let before = after;
  return sites.map((site) => {
    const own =
      selector === undefined || selector === 'all' ? `site=${site}` : `${selector},site=${site}`;
    const name = `${one.name}-${site}`;
    const made = {
      ...stageOf(file, { ...one, selector: own }, before),
      ...{ name, atOnce: true, share: Math.min(one.share ?? 100, blueGreen?.share ?? 100) },
    };
    before = [name];
    return made;
  });
}
