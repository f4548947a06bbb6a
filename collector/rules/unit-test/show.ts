/** How failures of a test read: what was expected, what came instead, and where they part. */
import { type LabelSet, METRIC_NAME } from '../../core/label-set.ts';
import { formatValue } from '../../core/query/number.ts';
import type { ExpectedAlert, ExpectedSample } from './model.ts';

/** `5m`, `1d2h`, `0s`: as Prometheus prints durations. */
export function showDuration(ms: number): string {
  if (ms === 0) return '0s';
  const units = [
    ['w', 604_800_000],
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
    ['ms', 1],
  ] as const;
  let rest = ms;
  return units
    .map(([unit, size]) => {
      // Weeks only when nothing is left over: 8d reads better than 1w1d.
      if (unit === 'w' && rest % size !== 0) return '';
      const count = Math.floor(rest / size);
      rest -= count * size;
      return count === 0 ? '' : `${count}${unit}`;
    })
    .join('');
}

function showLabels(labels: LabelSet): string {
  const name = labels.get(METRIC_NAME);
  const pairs = [...labels.entries()]
    .filter(([label]) => label !== METRIC_NAME)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 && name !== '' ? name : `${name}{${pairs.join(', ')}}`;
}

export function showAlert({ labels, annotations }: ExpectedAlert): string {
  return `${showLabels(labels)} annotations ${showLabels(annotations)}`;
}

export function showSample({ labels, value, histogram }: ExpectedSample): string {
  return `${showLabels(labels)} ${histogram === undefined ? formatValue(value) : histogram.toString()}`;
}

/** Lines of what was expected and did not come (-), what came unexpected (+), and what was right. */
export function difference(expected: readonly string[], got: readonly string[]): string {
  const left = [...got];
  const lines = expected.map((line) => {
    const at = left.indexOf(line);
    if (at < 0) return `      - ${line}`;
    left.splice(at, 1);
    return `        ${line}`;
  });
  const unexpected = left.map((line) => `      + ${line}`);
  const all = [...lines, ...unexpected];
  return all.length === 0 ? '' : `\n${all.join('\n')}`;
}
