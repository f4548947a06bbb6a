/** The registry: every function of PromQL by its name. A new one is a line in its family's file. */
import { CHANGES } from './changes.ts';
import { CLAMP } from './clamp.ts';
import { DATES } from './dates.ts';
import { EXTRAPOLATED } from './extrapolate.ts';
import type { PromqlFunction } from './function.ts';
import { HISTOGRAM_PARTS } from './histogram-parts.ts';
import { INSTANT } from './instant.ts';
import { MATHS } from './maths.ts';
import { PICKS_OVER_TIME } from './picks-over-time.ts';
import { REGRESSION } from './regression.ts';
import { SMOOTHING } from './smoothing.ts';
import { SPREAD_OVER_TIME } from './spread-over-time.ts';
import { TOTALS_OVER_TIME } from './totals-over-time.ts';

/** The engine's own: they need whole vectors, labels, or the evaluation itself. */
const ENGINE = [
  'absent',
  'absent_over_time',
  'end',
  'histogram_fraction',
  'histogram_quantile',
  'histogram_quantiles',
  'info',
  'label_join',
  'label_replace',
  'max_of',
  'min_of',
  'pi',
  'range',
  'scalar',
  'sort',
  'sort_by_label',
  'sort_by_label_desc',
  'sort_desc',
  'start',
  'step',
  'time',
  'timestamp',
  'vector',
] as const;

export const FUNCTIONS: ReadonlyMap<string, PromqlFunction> = new Map<string, PromqlFunction>([
  ...Object.entries({
    ...EXTRAPOLATED,
    ...INSTANT,
    ...REGRESSION,
    ...SMOOTHING,
    ...CHANGES,
    ...TOTALS_OVER_TIME,
    ...PICKS_OVER_TIME,
    ...SPREAD_OVER_TIME,
    ...MATHS,
    ...CLAMP,
    ...DATES,
    ...HISTOGRAM_PARTS,
  }),
  ...ENGINE.map((name): [string, PromqlFunction] => [name, { kind: 'engine' }]),
]);
