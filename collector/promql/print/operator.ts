/** Operators and aggregations without their operands. */
import { formatValue } from '../../core/query/number.ts';
import type { Aggregate, Binary, VectorMatching } from '../ast.ts';
import { labelName } from '../quote.ts';

/** `sum`, `sum by (a) `, `sum without () `. */
export function aggregateHead({ op, without, grouping }: Aggregate): string {
  if (without) return `${op} without (${list(grouping)}) `;
  return grouping.length > 0 ? `${op} by (${list(grouping)}) ` : op;
}

/** `== bool on (a) group_left (b)`. */
export function operatorHead({ op, bool, matching }: Binary): string {
  return `${op}${bool ? ' bool' : ''}${matching === undefined ? '' : printMatching(matching)}`;
}

function printMatching(matching: VectorMatching): string {
  const { card, on, labels, include } = matching;
  const grouped = card === 'many-to-one' || card === 'one-to-many';
  const matched = labels.length > 0 || on || grouped;
  const match = matched ? ` ${on ? 'on' : 'ignoring'} (${list(labels)})` : '';
  const side = card === 'many-to-one' ? 'left' : 'right';
  const group = grouped ? ` group_${side} (${list(include)})` : '';
  return match + group + printFills(matching);
}

function printFills({ fillLeft, fillRight }: VectorMatching): string {
  if (fillLeft !== undefined && Object.is(fillLeft, fillRight)) {
    return ` fill (${formatValue(fillLeft)})`;
  }
  const left = fillLeft === undefined ? '' : ` fill_left (${formatValue(fillLeft)})`;
  return fillRight === undefined ? left : `${left} fill_right (${formatValue(fillRight)})`;
}

function list(labels: readonly string[]): string {
  return labels.map(labelName).join(', ');
}
