/** `count_values`: a series for each value that a group has, with how many have it. */
import type { LabelSet } from '../../../core/label-set.ts';
import { QueryError } from '../../../core/query/types.ts';
import type { Sample } from '../../functions/function.ts';
import { bare } from '../bare.ts';
import { SERIES_WORK } from '../budget.ts';
import { ABSENT, type Column, NUMBER, type Sink, sampleAt } from '../column.ts';
import type { FoldContext } from './fold.ts';
import { type Group, Grouping } from './grouping.ts';
import type { Spread } from './spread.ts';

export class CountValues implements Spread {
  private readonly context: FoldContext;
  private readonly label: string;
  private readonly grouping: Grouping;
  private readonly columns = new Map<string, Column>();

  constructor(context: FoldContext) {
    this.context = context;
    this.label = labelOf(context);
    const { without, grouping } = context.node;
    this.grouping = new Grouping({
      without,
      grouping: without ? grouping : [...grouping, this.label],
    });
  }

  add(_group: Group, column: Column): void {
    const { steps } = this.context;
    const { kinds, labels } = column;
    let [before, target]: [Sample | undefined, Column | undefined] = [undefined, undefined];
    for (let i = 0; i < kinds.length; i++) {
      if (kinds[i] === ABSENT) continue;
      const sample = sampleAt(column, i);
      if (target === undefined || !Object.is(sample, before)) target = this.target(labels, sample);
      before = sample;
      target.values[i] = (target.values[i] as number) + 1;
      target.kinds[i] = NUMBER;
    }
    steps.give(column);
  }

  private target(labels: LabelSet, sample: Sample): Column {
    const text = typeof sample === 'number' ? decimal(sample) : sample.toString();
    const group = this.grouping.of(labels.with(this.label, text)).labels;
    let column = this.columns.get(group.key);
    if (column === undefined) {
      column = this.context.steps.take(group, false);
      column.values.fill(0);
      this.columns.set(group.key, column);
    }
    return column;
  }

  async finish(sink: Sink): Promise<void> {
    const { budget } = this.context;
    for (const column of this.columns.values()) {
      sink(column);
      if (budget.spend(SERIES_WORK)) await budget.pause();
    }
  }
}

function labelOf({ node, text }: FoldContext): string {
  const param = node.param === undefined ? undefined : bare(node.param);
  const label = param?.kind === 'string' ? param.value : '';
  // That is what bytes that are no UTF-8 were read as.
  if (label === '' || /[\ufffd\p{Surrogate}]/u.test(label)) {
    const written = text.slice(param?.span.start, param?.span.end);
    throw new QueryError('execution', `invalid label name ${written}`);
  }
  return label;
}

/** Without an exponent, however long. */
function decimal(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  if (!text.includes('e')) return text;
  const [mantissa, exponent] = text.split('e') as [string, string];
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole, fraction = ''] = mantissa.replace('-', '').split('.') as [string, string?];
  const power = Number(exponent);
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${whole}${fraction}`;
  return `${sign}${whole}${fraction.padEnd(power, '0')}`;
}
