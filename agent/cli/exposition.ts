/** Readings as text: Prometheus' exposition format, JSON, or a table for people. */
import type { Metric } from '../samplers/sampler.ts';

export interface Point {
  readonly metric: Metric;
  readonly value: number;
  readonly labels: readonly string[];
}

export interface Reading {
  /** The sampler's name. */
  readonly name: string;
  readonly points: readonly Point[];
  readonly seconds: number;
  /** Why it failed, if it did; its points stand all the same. */
  readonly failure?: string;
}

const SUCCESS: Metric = {
  name: 'node_scrape_collector_success',
  type: 'gauge',
  help: 'Whether a sampler succeeded.',
  labels: ['collector'],
};
const DURATION: Metric = {
  name: 'node_scrape_collector_duration_seconds',
  type: 'gauge',
  help: 'Seconds that a sampler took.',
  labels: ['collector'],
};

/** Text format 0.0.4; families in the order in which they first appear. */
export function prometheus(readings: readonly Reading[]): string {
  const own = readings.flatMap(({ name, seconds, failure }): Point[] => [
    { metric: DURATION, value: seconds, labels: [name] },
    { metric: SUCCESS, value: failure === undefined ? 1 : 0, labels: [name] },
  ]);
  const families = new Map<string, { metric: Metric; lines: string[] }>();
  for (const point of [...readings.flatMap(({ points }) => points), ...own]) {
    const { metric, value } = point;
    const family = families.get(metric.name) ?? { metric, lines: [] };
    families.set(metric.name, family);
    family.lines.push(`${metric.name}${labelText(point)} ${number(value)}\n`);
  }
  return [...families.values()]
    .map(({ metric: { name, type, help }, lines }) => {
      const text = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
      return `# HELP ${name} ${text}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}

/** One object per line, so that a long answer can be read as it comes. */
export function json(readings: readonly Reading[]): string {
  return readings
    .flatMap(({ name: sampler, points }) =>
      points.map(({ metric, value, labels }) => ({
        name: metric.name,
        labels: Object.fromEntries(
          metric.labels.map((label, index) => [label, labels[index] ?? '']),
        ),
        // JSON has no NaN and no infinity; text keeps them.
        value: Number.isFinite(value) ? value : number(value),
        type: metric.type,
        sampler,
      })),
    )
    .map((point) => `${JSON.stringify(point)}\n`)
    .join('');
}

export function table(readings: readonly Reading[]): string {
  return readings
    .map(({ name, points, seconds, failure }) => {
      const state = failure === undefined ? `${points.length} values` : `failed: ${failure}`;
      const lines = points.map(
        (point) => `  ${point.metric.name}${labelText(point)}  ${number(point.value)}\n`,
      );
      return `${name} (${state}, ${(seconds * 1000).toFixed(2)} ms)\n${lines.join('')}`;
    })
    .join('');
}

function labelText({ metric, labels }: Point): string {
  const pairs = metric.labels.map((label, index) => `${label}="${escaped(labels[index] ?? '')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}
