/**
 * The checks' part of the configuration: `checks.<name>`, composed from the registry. A kind is
 * loaded when a file names it.
 */

import type { Environment } from '../../protocol/config/environment.ts';
import type { Schema, SchemaNode } from '../../protocol/config/schema.ts';
import {
  count,
  dictionary,
  duration,
  flag,
  list,
  object,
  optional,
  text,
} from '../../protocol/config/schema.ts';
import type { Check } from '../checks/check.ts';
import { checkKinds } from '../checks/index.ts';
import type { CheckConfig, CheckSettings, WrittenCheck } from './check-settings.ts';

export { checksRules } from './check-rules.ts';
export type { CheckConfig, CheckSettings } from './check-settings.ts';

const NAME = '^[a-z0-9][a-z0-9-]{0,62}$';
const JITTER_SHARE = 0.1;

const COMMON = {
  enabled: flag('Whether it runs.', { default: true, remote: true }),
  interval: optional(
    duration('Time between two runs. Default: as its kind says.', {
      min: '1s',
      max: '7d',
      remote: true,
    }),
  ),
  timeout: optional(
    duration('A run that takes longer is stopped and has failed. Default: as its kind says.', {
      min: '10ms',
      max: '1h',
      remote: true,
    }),
  ),
  jitter: optional(
    duration('Each run is up to so much later, at random. Default: a tenth of the interval.', {
      min: '0s',
      max: '1d',
      remote: true,
    }),
  ),
  critical: flag('Its failure makes the device unhealthy; that of others degraded.', {
    default: false,
    remote: true,
  }),
  component: text('What kind of thing it watches: application, network, hardware, ...', {
    default: '',
    minLength: 0,
    pattern: '^.{0,64}$',
  }),
  failures: count('So many of the last `of` runs must fail before it counts as failed.', {
    default: 2,
    min: 1,
    max: 100,
    remote: true,
  }),
  of: optional(
    count('See failures. Default: one more than failures.', { min: 1, max: 100, remote: true }),
  ),
  recoveries: count('So many runs in a row must be good before it counts as good again.', {
    default: 1,
    min: 1,
    max: 100,
    remote: true,
  }),
  grace: duration("Failures do not count for so long after the agent's start.", {
    default: '0s',
    max: '1d',
    remote: true,
  }),
  dependsOn: list(
    'Other checks: while one of them has failed or is unknown, this one is unknown.',
    text('Name of a check.'),
  ),
  labels: dictionary(
    'Labels of its metrics and in health.',
    '^(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,62}$',
    text('Value of the label.', { minLength: 0, pattern: '^[^\\n]{0,128}$' }),
  ),
  remedy: optional(text('Name below remedies: what is tried when it has failed.')),
};

/** The kinds that a file needs. When in doubt, all: a name that nobody knows is then told the nearest. */
export async function checksMentioned(
  tree: unknown,
  env: Environment = {},
): Promise<readonly Check[]> {
  const { checks } = Object(tree) as { readonly checks?: unknown };
  const keys = new Set(
    Object.values(Object(checks) as object).flatMap((one) => Object.keys(Object(one) as object)),
  );
  const known = new Set([...Object.keys(COMMON), ...checkKinds.map(({ kind }) => kind)]);
  const fromEnvironment = Object.keys(env).some((name) => name.startsWith('MUSTER_CHECKS_'));
  const isPlain = !fromEnvironment && [...keys].every((key) => known.has(key));
  return loadedKinds(isPlain ? (kind) => keys.has(kind) : () => true);
}

/** The kinds that these checks need. */
export function checksOf(
  configs: Readonly<Record<string, CheckConfig>>,
): Promise<readonly Check[]> {
  const kinds = new Set(Object.values(configs).map(({ kind }) => kind));
  return loadedKinds((kind) => kinds.has(kind));
}

function loadedKinds(wanted: (kind: string) => boolean): Promise<readonly Check[]> {
  return Promise.all(checkKinds.filter(({ kind }) => wanted(kind)).map((of) => of.load()));
}

export function checksSchema(kinds: readonly Check[]): Schema<CheckSettings> {
  const own = kinds.map(({ kind, schema }) => [kind, optional(schema)] as const);
  return dictionary(
    'What the device looks at, by names of your own.',
    NAME,
    object('One check: exactly one kind, how often it runs, and when it counts as failed.', {
      ...Object.fromEntries(own),
      ...COMMON,
    }) as SchemaNode as Schema<WrittenCheck>,
  );
}

export function resolveChecks(
  kinds: readonly Check[],
  settings: CheckSettings,
): Readonly<Record<string, CheckConfig>> {
  const resolved = Object.entries(settings).flatMap(([name, written]) => {
    const of = kinds.find(({ kind }) => written[kind] !== undefined);
    return of === undefined ? [] : [[name, resolvedOne(of, written)] as const];
  });
  return Object.fromEntries(resolved);
}

function resolvedOne(of: Check, written: WrittenCheck): CheckConfig {
  const { enabled, critical, component, failures, recoveries, grace } = written;
  const { dependsOn, labels, remedy } = written;
  const interval = written.interval ?? of.intervalSeconds * 1000;
  return {
    kind: of.kind,
    options: written[of.kind],
    ...{ enabled, critical, component, failures, recoveries, grace, dependsOn, labels },
    interval,
    timeout: written.timeout ?? of.timeoutSeconds * 1000,
    jitter: written.jitter ?? Math.round(interval * JITTER_SHARE),
    of: written.of ?? failures + 1,
    ...(remedy === undefined ? {} : { remedy }),
  };
}
