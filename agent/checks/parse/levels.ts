/**
 * Thresholds of checks that measure something: from where on a figure is a warning, and from where
 * on it is critical. And the worst of several findings as one.
 */
import { object, optional, type Schema, size } from '../../../protocol/config/schema.ts';
import { formatSize } from '../../../protocol/config/units.ts';
import type { CheckState } from '../../../protocol/messages/health.ts';
import type { CheckFigure, CheckFinding } from '../check.ts';

export interface Levels {
  readonly warning?: number;
  readonly critical?: number;
}

/** A part of a check's finding. */
export interface Part {
  readonly state: CheckState;
  readonly text: string;
}

const RANK: Readonly<Record<CheckState, number>> = { ok: 0, warning: 1, unknown: 2, critical: 3 };

/** Too much is bad. */
export function above(value: number, { warning, critical }: Levels = {}): CheckState {
  if (critical !== undefined && value >= critical) return 'critical';
  return warning !== undefined && value >= warning ? 'warning' : 'ok';
}

/** Too little is bad. */
export function below(value: number, { warning, critical }: Levels = {}): CheckState {
  if (critical !== undefined && value <= critical) return 'critical';
  return warning !== undefined && value <= warning ? 'warning' : 'ok';
}

/** The worst state, and the texts with the worst ones first. */
export function together(
  parts: readonly Part[],
  figures: readonly CheckFigure[] = [],
): CheckFinding {
  const isFine = parts.every(({ state }) => state === 'ok');
  const sorted = isFine ? parts : parts.toSorted((a, b) => RANK[b.state] - RANK[a.state]);
  const text = sorted.map((part) => part.text).filter((one) => one !== '');
  return { state: sorted[0]?.state ?? 'ok', text: text.join(', '), figures };
}

/** What is wrong between the two levels, for `problems`. */
export function levelProblems(
  key: string,
  levels: Levels | undefined,
  direction: 'above' | 'below',
): readonly { readonly key: string; readonly message: string }[] {
  const { warning, critical } = levels ?? {};
  if (warning === undefined || critical === undefined || warning === critical) return [];
  if (direction === 'above' ? warning < critical : warning > critical) return [];
  const side = direction === 'above' ? 'above' : 'below';
  return [{ key: `${key}.warning`, message: `must not be ${side} ${key}.critical` }];
}

/** Two levels in percent. */
export function percentLevels(description: string, example: Levels) {
  return levels(description, (level) =>
    decimal(`${level} (percent).`, {
      max: 100,
      example: level === 'Warning' ? example.warning : example.critical,
    }),
  );
}

/** Two levels as plain numbers. */
export function numberLevels(description: string, rules: { min?: number; max?: number } = {}) {
  return levels(description, (level) => decimal(`${level}.`, rules));
}

/** Two levels in bytes. */
export function sizeLevels(description: string) {
  return levels(description, (level) => size(`${level}.`, { remote: true }));
}

function levels(description: string, of: (level: string) => Schema<number>) {
  return optional(
    object(description, { warning: optional(of('Warning')), critical: optional(of('Critical')) }),
  );
}

/** A number that need not be whole, which the collector may set. */
function decimal(
  description: string,
  { min = 0, max, example }: { min?: number; max?: number; example?: number | undefined },
): Schema<number> {
  return {
    type: 'number',
    description,
    minimum: min,
    ...(max === undefined ? {} : { maximum: max }),
    ...(example === undefined ? {} : { examples: [example] }),
    'x-remote': true,
  };
}

export function percent(share: number): string {
  return `${Math.round(share * 10) / 10} %`;
}

/** `1.4 GiB`: for people. */
export function bytes(count: number): string {
  const unit = ['TiB', 'GiB', 'MiB', 'KiB'].find((_, at) => count >= 1024 ** (4 - at));
  if (unit === undefined) return formatSize(Math.round(count));
  const power = { TiB: 4, GiB: 3, MiB: 2, KiB: 1 }[unit] ?? 0;
  return `${Math.round((count / 1024 ** power) * 10) / 10} ${unit}`;
}
