/** Which series of two vectors go together, by `on` and `ignoring`; decided once for each series. */
import { type LabelSet, METRIC_NAME } from '../../../core/label-set.ts';
import type { VectorMatching } from '../../ast.ts';
import { type Budget, SERIES_WORK } from '../budget.ts';
import type { Column } from '../column.ts';

/** Equal for labels that match. */
export type Signature = (labels: LabelSet) => string;

export function signatureOf({ on, labels }: VectorMatching): Signature {
  if (on) return onSignature([...new Set(labels)].sort());
  const ignored = new Set([...labels, METRIC_NAME]);
  return ({ pairs }) => {
    let key = '';
    for (let i = 0; i < pairs.length; i += 2) {
      const name = pairs[i] as string;
      if (ignored.has(name)) continue;
      const value = pairs[i + 1] as string;
      key += `${name.length}:${name}${value.length}:${value}`;
    }
    return key;
  };
}

function onSignature(names: readonly string[]): Signature {
  const [only] = names;
  if (names.length === 1 && only !== undefined) return (labels) => labels.get(only);
  return (labels) => {
    let key = '';
    for (const name of names) {
      const value = labels.get(name);
      key += `${value.length}:${value}`;
    }
    return key;
  };
}

/** The labels that decide about the match. */
export function matchedLabels(labels: LabelSet, matching: VectorMatching): LabelSet {
  const names = new Set(matching.labels);
  if (matching.on) return labels.filter((name) => names.has(name));
  return labels.filter((name) => name !== METRIC_NAME && !names.has(name));
}

export async function bySignature(
  columns: readonly Column[],
  signature: Signature,
  budget: Budget,
): Promise<Map<string, Column[]>> {
  const groups = new Map<string, Column[]>();
  for (const column of columns) {
    const key = signature(column.labels);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [column]);
    else group.push(column);
    if (budget.spend(SERIES_WORK)) await budget.pause();
  }
  return groups;
}

/** `{a="b"}`, as Prometheus prints labels in errors; the name stands among them. */
export function labelsText(labels: LabelSet): string {
  const name = labels.get(METRIC_NAME);
  const rest = [...labels.withoutName().entries()];
  const inner = rest.map(([key, value]) => `${labelName(key)}=${JSON.stringify(value)}`).join(', ');
  if (name === '') return `{${inner}}`;
  if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) {
    return `{${[JSON.stringify(name), ...(inner === '' ? [] : [inner])].join(', ')}}`;
  }
  return inner === '' ? name : `${name}{${inner}}`;
}

const labelName = (name: string): string =>
  /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : JSON.stringify(name);
