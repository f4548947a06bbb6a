/** The remedies' part of the configuration: `remedies.<name>`, composed from the registry. */
import { nearest } from '../../protocol/config/nearest.ts';
import type { Finding } from '../../protocol/config/problem.ts';
import { finding } from '../../protocol/config/problem.ts';
import type { Schema, SchemaNode } from '../../protocol/config/schema.ts';
import {
  count,
  dictionary,
  duration,
  flag,
  object,
  optional,
} from '../../protocol/config/schema.ts';
import type { Remedy } from '../remedies/remedy.ts';

/** One remedy with everything decided. Durations are milliseconds. */
export interface RemedyConfig {
  readonly kind: string;
  readonly options: unknown;
  readonly enabled: boolean;
  readonly limit: number;
  readonly per: number;
  readonly backoff: { readonly min: number; readonly max: number };
  readonly stopAfter: number;
  readonly timeout: number;
}

/** As written: beside these, one key that is a kind. */
type Written = Omit<RemedyConfig, 'kind' | 'options' | 'timeout'> & {
  readonly timeout?: number;
  readonly [kind: string]: unknown;
};

export type RemedySettings = Readonly<Record<string, Written>>;

const NAME = '^[a-z0-9][a-z0-9-]{0,62}$';

export function remediesSchema(kinds: readonly Remedy[]): Schema<RemedySettings> {
  const own = kinds.map(({ kind, schema }) => [kind, optional(schema)] as const);
  return dictionary(
    'What is done about a check that has failed, by names of your own; a check names one of them' +
      ' with `remedy`.',
    NAME,
    object('One remedy: exactly one kind, and how often it may be tried.', {
      ...Object.fromEntries(own),
      ...COMMON,
    }) as SchemaNode as Schema<Written>,
  );
}

const COMMON = {
  enabled: flag('Whether it is tried.', { default: true, remote: true }),
  limit: count('Most tries within `per`, for all checks together.', {
    default: 3,
    min: 1,
    max: 100,
    remote: true,
  }),
  per: duration(
    'Time for which `limit` holds; a check that was good for so long starts with new counters.',
    { default: '1h', min: '1m', max: '30d', remote: true },
  ),
  backoff: object('Time from the end of a try to the next one; doubles with each try.', {
    min: duration('First.', { default: '1m', min: '1s', max: '7d', remote: true }),
    max: duration('Longest.', { default: '1h', min: '1s', max: '7d', remote: true }),
  }),
  stopAfter: count(
    'After so many tries that did not help it is tried no more, until the check was good for `per`' +
      ' or a person says so.',
    { default: 5, min: 1, max: 100, remote: true },
  ),
  timeout: optional(
    duration('A try that takes longer is stopped and has failed. Default: as its kind says.', {
      min: '1s',
      max: '1d',
      remote: true,
    }),
  ),
};

/** What is wrong between the keys. `tasks` are the names below `tasks`. */
export function remediesRules(
  kinds: readonly Remedy[],
  settings: RemedySettings,
  tasks: readonly string[],
): readonly Finding[] {
  return Object.entries(settings).flatMap(([name, written]) => {
    const at = ['remedies', name];
    return [
      ...kindProblems(kinds, written, at),
      ...backoffProblems(written, at),
      ...taskProblems(written, at, tasks),
    ];
  });
}

export function resolveRemedies(
  kinds: readonly Remedy[],
  settings: RemedySettings,
): Readonly<Record<string, RemedyConfig>> {
  const resolved = Object.entries(settings).flatMap(([name, written]) => {
    const of = kinds.find(({ kind }) => written[kind] !== undefined);
    if (of === undefined) return [];
    const { enabled, limit, per, backoff, stopAfter } = written;
    const timeout = written.timeout ?? of.timeoutSeconds * 1000;
    const options = written[of.kind];
    const config: RemedyConfig = {
      ...{ kind: of.kind, options, enabled, limit, per, backoff, stopAfter, timeout },
    };
    return [[name, config] as const];
  });
  return Object.fromEntries(resolved);
}

function kindProblems(
  kinds: readonly Remedy[],
  written: Written,
  at: readonly string[],
): readonly Finding[] {
  const [first, ...others] = kinds.filter(({ kind }) => written[kind] !== undefined);
  if (first === undefined) {
    const names = kinds.map(({ kind }) => kind).join(', ');
    return [finding('missing', at, 'says not what is to be done', `one of ${names}`)];
  }
  const own = first.problems?.(written[first.kind]) ?? [];
  return [
    ...own.map(({ key, message }) =>
      finding('conflict', [...at, first.kind, ...key.split('.')], message),
    ),
    ...others.map(({ kind }) =>
      finding(
        'conflict',
        [...at, kind],
        `stands beside ${first.kind}`,
        'one remedy does one thing',
      ),
    ),
  ];
}

function backoffProblems({ backoff }: Written, at: readonly string[]): readonly Finding[] {
  if (backoff.min <= backoff.max) return [];
  return [finding('out-of-range', [...at, 'backoff', 'min'], 'must not be above backoff.max')];
}

function taskProblems(
  written: Written,
  at: readonly string[],
  tasks: readonly string[],
): readonly Finding[] {
  const { name } = Object(written['task']) as { readonly name?: string };
  if (name === undefined || tasks.includes(name)) return [];
  const near = nearest(name, tasks);
  const hint = near === undefined ? 'declare it below tasks' : `did you mean ${near}?`;
  return [finding('missing', [...at, 'task', 'name'], `no task is called ${name}`, hint)];
}
