/** What is wrong between the keys below `checks`, which a schema of single keys cannot say. */
import { nearest } from '../../protocol/config/nearest.ts';
import type { Finding } from '../../protocol/config/problem.ts';
import { finding } from '../../protocol/config/problem.ts';
import type { Check } from '../checks/check.ts';
import { checkKinds } from '../checks/index.ts';
import { cycleIn } from '../core/checks/dependencies.ts';
import type { CheckSettings, WrittenCheck } from './check-settings.ts';

/** Labels of the metrics themselves, and those that the collector stamps. */
const OWN_LABELS = ['check', 'kind', 'component', 'critical', 'instance', 'job', 'site'];
const MOST_CHECKS = 256;
const MOST_LABELS = 16;

type Path = readonly string[];

/** What is wrong between the keys. `remedies` are the names below `remedies`. */
export function checksRules(
  kinds: readonly Check[],
  settings: CheckSettings,
  remedies: readonly string[] = [],
): readonly Finding[] {
  const found = Object.entries(settings).flatMap(([name, written]) => {
    const at = ['checks', name];
    return [
      ...kindProblems(kinds, written, at),
      ...numberProblems(kinds, written, at),
      ...labelProblems(written, at),
      ...nameProblems(settings, name, written, at),
      ...remedyProblems(written, at, remedies),
    ];
  });
  return [...found, ...cycleProblems(settings), ...countProblems(settings)];
}

function kindProblems(
  kinds: readonly Check[],
  written: WrittenCheck,
  at: Path,
): readonly Finding[] {
  const [first, ...others] = kinds.filter(({ kind }) => written[kind] !== undefined);
  if (first === undefined) {
    const all = checkKinds.map(({ kind }) => kind).join(', ');
    const hint = `one of ${all}; with nothing to set, write for example memory: {}`;
    return [finding('missing', at, 'says not what is to be looked at', hint)];
  }
  const own = first.problems?.(written[first.kind]) ?? [];
  return [
    ...own.map(({ key, message }) =>
      finding('conflict', [...at, first.kind, ...(key === '' ? [] : key.split('.'))], message),
    ),
    ...others.map(({ kind }) =>
      finding(
        'conflict',
        [...at, kind],
        `stands beside ${first.kind}`,
        'one check looks at one thing',
      ),
    ),
  ];
}

function numberProblems(
  kinds: readonly Check[],
  written: WrittenCheck,
  at: Path,
): readonly Finding[] {
  const kind = kinds.find((one) => written[one.kind] !== undefined);
  const interval = written.interval ?? (kind?.intervalSeconds ?? 0) * 1000;
  const found: Finding[] = [];
  if (written.of !== undefined && written.of < written.failures) {
    const message = `must not be below failures (${written.failures})`;
    found.push(finding('out-of-range', [...at, 'of'], message));
  }
  if (kind !== undefined && (written.jitter ?? 0) > interval) {
    const message = `must not be longer than the interval (${interval / 1000}s)`;
    found.push(finding('out-of-range', [...at, 'jitter'], message));
  }
  return found;
}

function labelProblems({ labels }: WrittenCheck, at: Path): readonly Finding[] {
  const taken = Object.keys(labels).filter((name) => OWN_LABELS.includes(name));
  const found = taken.map((name) =>
    finding('conflict', [...at, 'labels', name], 'is a label that Muster sets itself', 'rename it'),
  );
  if (Object.keys(labels).length <= MOST_LABELS) return found;
  return [...found, finding('out-of-range', [...at, 'labels'], `must be at most ${MOST_LABELS}`)];
}

function nameProblems(
  settings: CheckSettings,
  name: string,
  { dependsOn }: WrittenCheck,
  at: Path,
): readonly Finding[] {
  const names = Object.keys(settings).filter((other) => other !== name);
  return dependsOn.flatMap((other, index) => {
    if (other === name || Object.hasOwn(settings, other)) return [];
    const near = nearest(other, names);
    const hint =
      near === undefined ? `there are: ${names.join(', ') || 'none'}` : `did you mean ${near}?`;
    return [
      finding('missing', [...at, 'dependsOn', String(index)], `no check is called ${other}`, hint),
    ];
  });
}

function remedyProblems(
  { remedy }: WrittenCheck,
  at: Path,
  remedies: readonly string[],
): readonly Finding[] {
  if (remedy === undefined || remedies.includes(remedy)) return [];
  const near = nearest(remedy, remedies);
  const hint = near === undefined ? 'declare it below remedies' : `did you mean ${near}?`;
  return [finding('missing', [...at, 'remedy'], `no remedy is called ${remedy}`, hint)];
}

function cycleProblems(settings: CheckSettings): readonly Finding[] {
  const graph = new Map(
    Object.entries(settings).map(([name, { dependsOn }]) => [name, dependsOn] as const),
  );
  const cycle = cycleIn(graph);
  if (cycle === undefined) return [];
  const message = `goes round in a circle: ${cycle.join(' -> ')}`;
  return [finding('conflict', ['checks', cycle[0] ?? '', 'dependsOn'], message)];
}

function countProblems(settings: CheckSettings): readonly Finding[] {
  const number = Object.keys(settings).length;
  if (number <= MOST_CHECKS) return [];
  return [finding('out-of-range', ['checks'], `must be at most ${MOST_CHECKS}, not ${number}`)];
}
