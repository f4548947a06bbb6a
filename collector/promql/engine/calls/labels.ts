/** `label_replace` and `label_join`: series under new labels, the samples as they were. */
import { RE2JS } from 're2js';
import { type LabelSet, METRIC_NAME } from '../../../core/label-set.ts';
import { QueryError } from '../../../core/query/types.ts';
import type { Call, Expr } from '../../ast.ts';
import { bare } from '../bare.ts';
import type { Column, Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import { MergingSink } from '../merge.ts';
import type { Steps } from '../steps.ts';
import { expandTemplate } from './template.ts';

/** Nested calls can double a value each time. */
const MOST_CHARACTERS = 16_384;
/** What a character costs to match and copy, in points. */
const CHARACTER_WORK = 2;

export async function streamLabelReplace(
  ev: Evaluator,
  call: Call,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const [target, template, source, pattern] = texts(call) as [string, string, string, string];
  const regex = compile(pattern);
  checkLabel(target, 'label_replace', 'destination ');
  const rename = (labels: LabelSet): string | undefined => {
    const matcher = regex.matcher(labels.get(source));
    return matcher.matches() ? expandTemplate(template, matcher, MOST_CHARACTERS) : undefined;
  };
  await relabel(ev, call, steps, sink, target, rename);
}

export async function streamLabelJoin(
  ev: Evaluator,
  call: Call,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const [target, separator, ...sources] = texts(call) as [string, string, ...string[]];
  for (const source of sources) checkLabel(source, 'label_join', 'source ');
  checkLabel(target, 'label_join', 'destination ');
  const rename = (labels: LabelSet): string =>
    sources.map((source) => labels.get(source)).join(separator);
  await relabel(ev, call, steps, sink, target, rename);
}

/** `undefined`: the labels stay. A new metric name is not dropped any more. */
async function relabel(
  ev: Evaluator,
  call: Call,
  steps: Steps,
  sink: Sink,
  target: string,
  rename: (labels: LabelSet) => string | undefined,
): Promise<void> {
  const { budget } = ev.query;
  const merged = new MergingSink(steps);
  await ev.stream(call.args[0] as Expr, steps, (column: Column) => {
    const value = rename(column.labels);
    if (value !== undefined) {
      if (value.length > MOST_CHARACTERS) refuseLength(call.name);
      budget.spend(value.length * CHARACTER_WORK);
      column.labels = column.labels.with(target, value);
      if (target === METRIC_NAME) column.dropName = false;
    }
    merged.add(column);
  });
  await merged.drain(sink, budget);
}

function refuseLength(fn: string): never {
  throw new QueryError(
    'execution',
    `label value in ${fn}() has more than ${MOST_CHARACTERS} characters`,
  );
}

function texts({ args }: Call): string[] {
  return args.slice(1).map((arg) => {
    const text = bare(arg);
    return text.kind === 'string' ? text.value : '';
  });
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new QueryError(
      'execution',
      `invalid regular expression in label_replace(): ${pattern}: ${reason}`,
    );
  }
}

/** Any text but the empty one is a label name since Prometheus 3. */
function checkLabel(name: string, fn: string, role: string): void {
  if (name !== '' && !/[\ufffd\p{Surrogate}]/u.test(name)) return;
  throw new QueryError('execution', `invalid ${role}label name in ${fn}(): ${name}`);
}
