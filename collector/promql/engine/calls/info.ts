/** `info`: adds the labels of info metrics, by default `target_info`, with the same `instance` and `job`. */
import { LabelSet, METRIC_NAME } from '../../../core/label-set.ts';
import { QueryError } from '../../../core/query/types.ts';
import { compileMatcher } from '../../../core/store/matcher.ts';
import type { Matcher } from '../../../core/store/model.ts';
import type { Call, Expr } from '../../ast.ts';
import { bare } from '../bare.ts';
import { labelsText } from '../binary/signature.ts';
import { SERIES_WORK } from '../budget.ts';
import { ABSENT, type Column, copyStep, type Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import { MergingSink } from '../merge.ts';
import type { Steps } from '../steps.ts';
import { fetchInfo, type InfoSeries } from './info-series.ts';

const DEFAULT_NAME: Matcher = { name: METRIC_NAME, op: '=', value: 'target_info' };
/** What goes without saying when names are only excluded. */
const ANY_INFO: Matcher = { name: METRIC_NAME, op: '=~', value: '.+_info' };

export async function streamInfo(
  ev: Evaluator,
  call: Call,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const [vector, selector] = call.args as [Expr, Expr?];
  const wanted = new WantedLabels(selector);
  const columns = await ev.collect(vector, steps);
  const base = columns.filter(({ labels }) => !wanted.isInfo(labels));
  const infos = await fetchInfo(ev, vector, steps, wanted.matchers, base);
  const merged = new MergingSink(steps);
  for (const column of columns) {
    if (wanted.isInfo(column.labels)) {
      merged.add(column);
      continue;
    }
    new Enrichment(column, infos.of(column.labels), wanted, steps).run(merged);
    steps.give(column);
    if (ev.query.budget.spend(steps.count * 4 + SERIES_WORK)) await ev.query.budget.pause();
  }
  await merged.drain(sink, ev.query.budget);
}

/** Which labels are to be added, from which metrics. */
class WantedLabels {
  readonly matchers: readonly Matcher[];
  private readonly names: readonly ((value: string) => boolean)[];
  private readonly data: ReadonlySet<string>;
  /** The data labels may all be missing. */
  readonly optional: boolean;

  constructor(selector: Expr | undefined) {
    const node = selector === undefined ? undefined : bare(selector);
    const given = node?.kind === 'selector' ? node.matchers : [];
    const naming = given.filter(({ name }) => name === METRIC_NAME);
    const data = given.filter(({ name }) => name !== METRIC_NAME);
    const names = metricNames(naming);
    this.matchers = [...names, ...data];
    const ignored = selector !== undefined && naming.length === 0 ? [] : names;
    this.names = ignored.map((matcher) => compileMatcher(matcher).test);
    this.data = new Set(data.map(({ name }) => name));
    this.optional = data.every((matcher) => compileMatcher(matcher).matchesEmpty);
  }

  /** Info series themselves get nothing. */
  isInfo(labels: LabelSet): boolean {
    const name = labels.get(METRIC_NAME);
    return this.names.length > 0 && this.names.every((matches) => matches(name));
  }

  has(name: string): boolean {
    return name !== METRIC_NAME && (this.data.size === 0 || this.data.has(name));
  }
}

function metricNames(naming: readonly Matcher[]): readonly Matcher[] {
  if (naming.length === 0) return [DEFAULT_NAME];
  const positive = naming.some(({ op }) => op === '=' || op === '=~');
  return positive ? naming : [...naming, ANY_INFO];
}

class Enrichment {
  private readonly column: Column;
  private readonly infos: readonly InfoSeries[];
  private readonly wanted: WantedLabels;
  private readonly steps: Steps;
  private readonly targets = new Map<string, Column>();

  constructor(column: Column, infos: readonly InfoSeries[], wanted: WantedLabels, steps: Steps) {
    this.column = column;
    this.infos = infos;
    this.wanted = wanted;
    this.steps = steps;
  }

  run(out: MergingSink): void {
    const { kinds } = this.column;
    for (let i = 0; i < kinds.length; i++) {
      if (kinds[i] === ABSENT) continue;
      const target = this.target(i);
      if (target !== undefined) copyStep(this.column, target, i);
    }
    for (const target of this.targets.values()) out.add(target);
  }

  private target(step: number): Column | undefined {
    const added = this.added(step);
    if (added.size === 0 && !this.wanted.optional && !this.matched(step)) return undefined;
    const { labels, dropName } = this.column;
    const full = LabelSet.of([...labels.entries(), ...added]);
    let target = this.targets.get(full.key);
    if (target === undefined) {
      target = this.steps.take(full, dropName);
      this.targets.set(full.key, target);
    }
    return target;
  }

  private matched(step: number): boolean {
    return this.infos.some(({ column }) => column.kinds[step] !== ABSENT);
  }

  private added(step: number): Map<string, string> {
    const added = new Map<string, string>();
    for (const info of this.newest(step)) {
      for (const [name, value] of info.column.labels.entries()) {
        if (!this.wanted.has(name)) continue;
        const before = added.get(name);
        if (before !== undefined && before !== value) {
          throw new QueryError('execution', `conflicting label: ${name}`);
        }
        if (!this.column.labels.has(name)) added.set(name, value);
      }
    }
    return added;
  }

  /** Of each info metric the series with the newest sample. */
  private newest(step: number): Iterable<InfoSeries> {
    const best = new Map<string, InfoSeries>();
    for (const info of this.infos) {
      const { kinds, values } = info.column;
      if (kinds[step] === ABSENT) continue;
      const other = best.get(info.name);
      const [own, others] = [values[step] as number, other?.column.values[step] ?? -Infinity];
      if (other !== undefined && own === others) refuse(other, info, own);
      if (own > others) best.set(info.name, info);
    }
    return best.values();
  }
}

function refuse(a: InfoSeries, b: InfoSeries, seconds: number): never {
  const at = Math.round(seconds * 1000);
  throw new QueryError(
    'execution',
    `found duplicate series for info metric: existing ${labelsText(a.column.labels)} @ ${at}, ` +
      `new ${labelsText(b.column.labels)} @ ${at}`,
  );
}
