/** The info series that go with a vector, found by what identifies its targets. */
import { type LabelSet, METRIC_NAME } from '../../../core/label-set.ts';
import { QueryError } from '../../../core/query/types.ts';
import type { Matcher } from '../../../core/store/model.ts';
import type { Expr, VectorSelector } from '../../ast.ts';
import { labelsText } from '../binary/signature.ts';
import type { Column } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import { streamSelector } from '../select/instant.ts';
import type { Steps } from '../steps.ts';

const IDENTIFYING = ['instance', 'job'] as const;

export interface InfoSeries {
  readonly name: string;
  /** Its values are the times of its samples. */
  readonly column: Column;
}

export class InfoIndex {
  private readonly series = new Map<string, InfoSeries[]>();

  add(column: Column): void {
    const key = identity(column.labels);
    const list = this.series.get(key) ?? [];
    list.push({ name: column.labels.get(METRIC_NAME), column });
    this.series.set(key, list);
  }

  of(labels: LabelSet): readonly InfoSeries[] {
    return this.series.get(identity(labels)) ?? [];
  }
}

function identity(labels: LabelSet): string {
  return JSON.stringify(IDENTIFYING.map((name) => labels.get(name)));
}

export async function fetchInfo(
  ev: Evaluator,
  vector: Expr,
  steps: Steps,
  matchers: readonly Matcher[],
  base: readonly Column[],
): Promise<InfoIndex> {
  const index = new InfoIndex();
  const identifying = IDENTIFYING.flatMap((name) => anyOf(name, base));
  if (identifying.length === 0) return index;
  const { span } = vector;
  const all = [...identifying, ...matchers];
  const node: VectorSelector = { kind: 'selector', span, name: '', matchers: all, offsetMs: 0 };
  await streamSelector(
    ev,
    node,
    steps,
    (column) => {
      if (column.histograms !== undefined) refuse(column.labels);
      index.add(column);
    },
    'times',
  );
  return index;
}

function refuse(labels: LabelSet): never {
  const text = `this should be an info metric, with float samples: ${labelsText(labels)}`;
  throw new QueryError('execution', text);
}

/** Any of the values that the label has. */
function anyOf(name: string, columns: readonly Column[]): Matcher[] {
  const values = new Set(columns.map(({ labels }) => labels.get(name)).filter((v) => v !== ''));
  if (values.size === 0) return [];
  const value = [...values].map((one) => one.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')).join('|');
  return [{ name, op: '=~', value }];
}
