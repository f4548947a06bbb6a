/** Samples in the browser: rates, sums and lines for charts. Pure; times in seconds. */

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly times: number[];
  readonly values: number[];
}

export type Points = ReadonlyMap<number, number>;

/**
 * Increase per second between neighbours; a counter that fell began anew. Over a hole there is none:
 * its mean would look like a moment's value.
 */
export function rate({ times, values }: Series): Points {
  const points = new Map<number, number>();
  const hole = longest(times);
  for (let i = 1; i < times.length; i++) {
    const seconds = (times[i] as number) - (times[i - 1] as number);
    const now = values[i] as number;
    const before = values[i - 1] as number;
    if (seconds <= 0 || seconds > hole) continue;
    points.set(times[i] as number, (now < before ? now : now - before) / seconds);
  }
  return points;
}

/** The longest time between samples that is not yet a hole; times ascend. */
function longest(times: readonly number[]): number {
  const steps = times.slice(1).map((time, i) => time - (times[i] as number));
  const usual = steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0;
  return Math.max(3.5 * usual, 5);
}

export function asPoints({ times, values }: Series): Points {
  return new Map(times.map((time, i) => [time, values[i] as number]));
}

/** At each instant that all have: their values combined. */
export function combine(all: readonly Points[], merge: (values: number[]) => number): Points {
  const points = new Map<number, number>();
  for (const time of all[0]?.keys() ?? []) {
    const values = all.map((one) => one.get(time)).filter((value) => value !== undefined);
    if (values.length === all.length) points.set(time, merge(values));
  }
  return points;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Adds a sample to the series it belongs to; repeats and what is older than the last are left out. */
export function append(series: Series, time: number, value: number, keepFrom: number): void {
  if (time <= (series.times.at(-1) ?? Number.NEGATIVE_INFINITY)) return;
  series.times.push(time);
  series.values.push(value);
  const old = series.times.findIndex((one) => one >= keepFrom);
  if (old > 0) {
    series.times.splice(0, old);
    series.values.splice(0, old);
  }
}

export interface Line {
  readonly label: string;
  readonly points: Points;
}

/** Columns for a chart: instants of all lines, then each line's values, holes as nulls. */
export function columns(lines: readonly Line[]): [number[], ...(number | null)[][]] {
  const times = withBreaks([...new Set(lines.flatMap(({ points }) => [...points.keys()]))]);
  const values = lines.map(({ points }) =>
    times.map((time) => {
      const value = points.get(time);
      return value === undefined || !Number.isFinite(value) ? null : value;
    }),
  );
  return [times, ...values];
}

/** Where nothing was heard for long, an instant without values: the line must not bridge it. */
function withBreaks(unsorted: readonly number[]): number[] {
  const times = unsorted.toSorted((a, b) => a - b);
  const hole = longest(times);
  return times.flatMap((time, i) => {
    const before = times[i - 1];
    return before !== undefined && time - before > hole ? [(before + time) / 2, time] : [time];
  });
}

export function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
