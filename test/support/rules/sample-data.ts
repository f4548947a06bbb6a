/** Data that an expression finds: for each of its selectors a series whose labels match. */
import type { Expr, VectorSelector } from '../../../collector/promql/ast.ts';
import { walk } from '../../../collector/promql/ast-walk.ts';

export type Labels = Readonly<Record<string, string>>;

export function seriesFor(expr: Expr): readonly Labels[] {
  const found = new Map<string, Labels>();
  walk(expr, (node) => {
    if (node.kind !== 'selector') return;
    const labels = labelsFor(node);
    if (labels !== undefined) found.set(JSON.stringify(labels), labels);
  });
  return [...found.values()];
}

/** `undefined` where a pattern is too clever to be met by a plain word. */
function labelsFor({ matchers }: VectorSelector): Labels | undefined {
  const labels: Record<string, string> = { instance: 'a', site: 's', job: 'node' };
  for (const { name, op, value } of matchers) {
    if (op === '=') labels[name] = value;
    if (op === '=~') labels[name] = wordFor(value);
    if (op === '!=' && (labels[name] ?? '') === value) labels[name] = 'other';
    if (op === '!~' && new RegExp(`^(?:${value})$`).test(labels[name] ?? ''))
      labels[name] = 'other';
  }
  if (labels['__name__']?.endsWith('_bucket') === true) labels['le'] ??= '+Inf';
  return labels['__name__'] === undefined ? undefined : labels;
}

function wordFor(pattern: string): string {
  const first = pattern.replace(/^\(|^\^/, '').split('|')[0] ?? '';
  const word = first
    .replace(/\(.*?\)\??/g, '')
    .replaceAll(/\.[*+]/g, 'x')
    .replaceAll(/[\\^$?()]/g, '');
  return new RegExp(`^(?:${pattern})$`).test(word) ? word : 'x';
}
