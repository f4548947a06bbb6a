/** Advisories in OSV's format: which versions of which packages they mean, and how severe they are. */
import { cvss3BaseScore, type Severity, severityOfScore } from './cvss.ts';

export interface AffectedPackage {
  readonly ecosystem: string;
  readonly name: string;
  readonly ranges: readonly (readonly RangeEvent[])[];
  readonly versions: readonly string[];
  /** A name of severity that only this ecosystem gives. */
  readonly severity: Severity;
}

export type RangeEvent =
  | { readonly kind: 'introduced'; readonly version: string }
  | { readonly kind: 'fixed'; readonly version: string }
  | { readonly kind: 'last_affected'; readonly version: string };

export interface Advisory {
  readonly id: string;
  /** CVE numbers, if it has any. */
  readonly cves: readonly string[];
  readonly affected: readonly AffectedPackage[];
  readonly severity: Severity;
}

export type Compare = (a: string, b: string) => number;

/** `undefined` when it was withdrawn; throws when it is no advisory. */
export function readAdvisory(value: unknown): Advisory | undefined {
  const raw = recordOf(value);
  const id = textOf(raw['id']);
  if (id === undefined) throw new Error('an advisory without an id');
  if (textOf(raw['withdrawn']) !== undefined) return undefined;
  const names = [id, ...textsOf(raw['aliases']), ...textsOf(raw['upstream'])];
  const cves = names.flatMap((name) => /CVE-\d{4}-\d{4,}$/.exec(name)?.[0] ?? []);
  const affected = listOf(raw['affected']).flatMap(affectedOf);
  return { id, cves: [...new Set(cves)], affected, severity: severityOf(raw) };
}

/** The first of what says it: a CVSS 3 vector, or the name that the database gives. */
function severityOf(raw: Readonly<Record<string, unknown>>): Severity {
  const scores = listOf(raw['severity']).flatMap((each) => {
    const score = cvss3BaseScore(textOf(recordOf(each)['score']) ?? '');
    return score === undefined ? [] : [score];
  });
  if (scores.length > 0) return severityOfScore(Math.max(...scores));
  return nameIn(raw['database_specific']) ?? nameIn(raw['ecosystem_specific']) ?? 'unknown';
}

function nameIn(specific: unknown): Severity | undefined {
  const { severity, urgency } = recordOf(specific);
  return severityNamed(textOf(severity)) ?? severityNamed(textOf(urgency));
}

const NAMES: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  important: 'high',
  high: 'high',
  moderate: 'medium',
  medium: 'medium',
  low: 'low',
  negligible: 'low',
  unimportant: 'low',
  none: 'none',
};

/** Debian marks an urgency that a person did not set with stars. */
function severityNamed(name: string | undefined): Severity | undefined {
  return name === undefined ? undefined : NAMES[name.toLowerCase().replace(/\*+$/, '')];
}

function affectedOf(value: unknown): AffectedPackage[] {
  const raw = recordOf(value);
  const { ecosystem, name } = recordOf(raw['package']);
  const known = { ecosystem: textOf(ecosystem), name: textOf(name) };
  if (known.ecosystem === undefined || known.name === undefined) return [];
  const ranges = listOf(raw['ranges'])
    .map(recordOf)
    .filter(({ type }) => type === 'ECOSYSTEM')
    .map(({ events }) => listOf(events).flatMap(eventOf));
  return [
    {
      ecosystem: known.ecosystem,
      name: known.name,
      ranges,
      versions: textsOf(raw['versions']),
      severity: severityOf(raw),
    },
  ];
}

function eventOf(value: unknown): RangeEvent[] {
  const raw = recordOf(value);
  for (const kind of ['introduced', 'fixed', 'last_affected'] as const) {
    const version = textOf(raw[kind]);
    if (version !== undefined) return [{ kind, version }];
  }
  return [];
}

export function isAffected(version: string, of: AffectedPackage, compare: Compare): boolean {
  return of.versions.includes(version) || of.ranges.some((range) => isIn(version, range, compare));
}

/** The first version after this one in which it is mended. */
export function fixedIn(
  version: string,
  { ranges }: AffectedPackage,
  compare: Compare,
): string | undefined {
  return ranges
    .flat()
    .filter(({ kind, version: at }) => kind === 'fixed' && compare(at, version) > 0)
    .map(({ version: at }) => at)
    .sort(compare)[0];
}

function isIn(version: string, range: readonly RangeEvent[], compare: Compare): boolean {
  const order = (a: RangeEvent, b: RangeEvent) => compareFrom(a, b, compare);
  let affected = false;
  for (const event of [...range].sort(order)) {
    if (event.kind === 'introduced') {
      if (event.version === '0' || compare(version, event.version) >= 0) affected = true;
    } else if (event.kind === 'fixed') {
      if (compare(version, event.version) >= 0) affected = false;
    } else if (compare(version, event.version) > 0) affected = false;
  }
  return affected;
}

/** `introduced: 0` is before every version. */
function compareFrom(a: RangeEvent, b: RangeEvent, compare: Compare): number {
  const isFirst = ({ kind, version }: RangeEvent) => kind === 'introduced' && version === '0';
  if (isFirst(a) || isFirst(b)) return Number(isFirst(b)) - Number(isFirst(a));
  return compare(a.version, b.version);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textsOf(value: unknown): string[] {
  return listOf(value).filter((each) => typeof each === 'string');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
