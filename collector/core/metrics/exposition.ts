/** The Prometheus text format: names checked, texts escaped, numbers written as Go writes them. */

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function checkNames(metric: string, labels: readonly string[]): void {
  if (!METRIC_NAME.test(metric)) throw new RangeError(`not a metric name: ${metric}`);
  const bad = labels.find((label) => !LABEL_NAME.test(label));
  if (bad !== undefined) throw new RangeError(`not a label name: ${bad} of ${metric}`);
}

export function header(name: string, help: string, type: string): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `# HELP ${name} ${escaped}\n# TYPE ${name} ${type}\n`;
}

/** `{a="b"}`, or nothing when there are no labels. */
export function labelText(pairs: Iterable<readonly [string, string]>): string {
  const parts = Array.from(pairs, ([name, value]) => `${name}="${escapeValue(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

export function sampleLine(name: string, labels: string, value: number): string {
  return `${name}${labels} ${formatNumber(value)}\n`;
}

export function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
