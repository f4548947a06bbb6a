/** The base score of a CVSS 3.0 or 3.1 vector, by the formulas of the specification. */

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'none' | 'unknown';

type Weights = Readonly<Record<string, number>>;

const WEIGHTS = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
} as const satisfies Readonly<Record<string, Weights>>;
const PRIVILEGES = {
  U: { N: 0.85, L: 0.62, H: 0.27 },
  C: { N: 0.85, L: 0.68, H: 0.5 },
} as const satisfies Readonly<Record<string, Weights>>;

/** `undefined` for anything that is not a whole vector of version 3. */
export function cvss3BaseScore(vector: string): number | undefined {
  const values = metricsOf(vector);
  const scope = values?.get('S');
  if (values === undefined || (scope !== 'U' && scope !== 'C')) return undefined;
  const weight = (metric: keyof typeof WEIGHTS) =>
    (WEIGHTS[metric] as Weights)[values.get(metric) ?? ''] ?? Number.NaN;
  const privileges = (PRIVILEGES[scope] as Weights)[values.get('PR') ?? ''] ?? Number.NaN;
  const lost = 1 - (1 - weight('C')) * (1 - weight('I')) * (1 - weight('A'));
  const impact = scope === 'U' ? 6.42 * lost : 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15;
  const exploitability = 8.22 * weight('AV') * weight('AC') * privileges * weight('UI');
  if (Number.isNaN(impact + exploitability)) return undefined;
  if (impact <= 0) return 0;
  const sum = impact + exploitability;
  return roundUp(Math.min(scope === 'U' ? sum : 1.08 * sum, 10));
}

/** The qualitative scale of the specification. */
export function severityOfScore(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'none';
}

function metricsOf(vector: string): ReadonlyMap<string, string> | undefined {
  const [head, ...metrics] = vector.split('/');
  if (head !== 'CVSS:3.0' && head !== 'CVSS:3.1') return undefined;
  const values = new Map<string, string>();
  for (const metric of metrics) {
    const [name = '', value = '', more] = metric.split(':');
    if (more !== undefined || values.has(name)) return undefined;
    values.set(name, value);
  }
  return values;
}

/** Up to one decimal, in whole numbers so that 4.02 does not become 4.1 by binary fractions. */
function roundUp(value: number): number {
  const whole = Math.round(value * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}
