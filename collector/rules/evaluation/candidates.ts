/** What an alerting rule's expression yielded, with the labels and annotations of its alerts. */
import { LabelSet, METRIC_NAME } from '../../core/label-set.ts';
import type { VectorSample } from '../../core/query/engine.ts';
import type { AlertingRule, Texts } from '../model.ts';
import { ALERTNAME } from './alert-series.ts';
import type { AlertInstance } from './alert-state.ts';
import { RuleError } from './errors.ts';
import { type Expand, RuleTemplates } from './template.ts';
import type { RuleWorld } from './world.ts';

export type Candidate = Pick<AlertInstance, 'labels' | 'annotations' | 'value'>;

/** Samples between two breaths: a storm of alerts must not hold up ingest. */
const STRIDE = 128;

/**
 * Expands templates, and remembers what came out: most alerts of a round are those of the round
 * before, with the same value, and templates are the dearest part of an evaluation.
 */
export class Candidates {
  private readonly rule: AlertingRule;
  private readonly templates: RuleTemplates;
  /** By the key of the sample's labels; of the last round. */
  private known = new Map<string, Candidate>();

  constructor(rule: AlertingRule) {
    this.rule = rule;
    this.templates = new RuleTemplates(rule);
  }

  /** By the key of the alert's labels. Throws `RuleError` when two alerts are the same. */
  async of(
    vector: readonly VectorSample[],
    world: RuleWorld,
    time: number,
  ): Promise<ReadonlyMap<string, Candidate>> {
    const found = new Map<string, Candidate>();
    const next = new Map<string, Candidate>();
    const expand = this.templates.expander(world, time);
    for (const [index, sample] of vector.entries()) {
      if (index % STRIDE === STRIDE - 1) await world.breathe();
      const candidate = this.again(sample) ?? (await this.expanded(sample, expand));
      const { key } = candidate.labels;
      if (found.has(key)) {
        throw new RuleError(
          'vector contains metrics with the same labelset after applying alert labels',
        );
      }
      found.set(key, candidate);
      next.set(sample.labels.key, candidate);
    }
    this.known = next;
    return found;
  }

  private again({ labels, value }: VectorSample): Candidate | undefined {
    if (this.templates.askBack) return undefined;
    const before = this.known.get(labels.key);
    return before !== undefined && Object.is(before.value, value) ? before : undefined;
  }

  private async expanded(sample: VectorSample, expand: Expand): Promise<Candidate> {
    const { rule } = this;
    const texts = async (templates: Texts) => {
      const pairs: [string, string][] = [];
      for (const [name, template] of Object.entries(templates)) {
        pairs.push([name, await expand(template, sample)]);
      }
      return pairs;
    };
    const own = sample.labels.filter((name) => name !== METRIC_NAME);
    const labels = LabelSet.of([
      ...own.entries(),
      ...(await texts(rule.labels)),
      [ALERTNAME, rule.name],
    ]);
    return {
      labels,
      annotations: Object.fromEntries(await texts(rule.annotations)),
      value: sample.value,
    };
  }
}
