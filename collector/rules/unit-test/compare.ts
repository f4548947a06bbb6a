/** Whether what came is what a test expects. */
import { LabelSet } from '../../core/label-set.ts';
import type { ExpectedAlert, ExpectedSample } from './model.ts';

export function sameAlerts(
  expected: readonly ExpectedAlert[],
  got: readonly ExpectedAlert[],
): boolean {
  const [a, b] = [sorted(expected), sorted(got)];
  return (
    a.length === b.length &&
    a.every((one, index) => {
      const other = b[index] as ExpectedAlert;
      return one.labels.key === other.labels.key && one.annotations.key === other.annotations.key;
    })
  );
}

export function sorted(alerts: readonly ExpectedAlert[]): readonly ExpectedAlert[] {
  return [...alerts].sort(
    (a, b) =>
      LabelSet.compare(a.labels, b.labels) || LabelSet.compare(a.annotations, b.annotations),
  );
}

export function sameSamples(
  expected: readonly ExpectedSample[],
  got: readonly ExpectedSample[],
  isFuzzy: boolean,
): boolean {
  const [a, b] = [byLabels(expected), byLabels(got)];
  return (
    a.length === b.length &&
    a.every((one, index) => {
      const other = b[index] as ExpectedSample;
      return one.labels.key === other.labels.key && sameValue(one, other, isFuzzy);
    })
  );
}

export function byLabels(samples: readonly ExpectedSample[]): readonly ExpectedSample[] {
  return [...samples].sort((a, b) => LabelSet.compare(a.labels, b.labels));
}

function sameValue(a: ExpectedSample, b: ExpectedSample, isFuzzy: boolean): boolean {
  if (a.histogram === undefined || b.histogram === undefined) {
    if (a.histogram !== b.histogram) return false;
    // NaN equals nothing, itself neither: as in promtool.
    return a.value === b.value || (isFuzzy && areNeighbours(a.value, b.value));
  }
  return a.histogram.equals(b.histogram) && a.histogram.counterReset === b.histogram.counterReset;
}

/** Next to each other among all doubles: apart by the last bit. */
function areNeighbours(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b) || Math.sign(a) * Math.sign(b) < 0) return false;
  const [x, y] = new BigInt64Array(Float64Array.of(Math.abs(a), Math.abs(b)).buffer);
  const apart = (x as bigint) - (y as bigint);
  return apart === 1n || apart === -1n;
}
