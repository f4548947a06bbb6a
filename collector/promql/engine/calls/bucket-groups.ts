/**
 * Histograms of a vector at each step: classic ones brought together from their buckets, by `le`,
 * and native ones. Where both claim the same labels, neither counts.
 */
import { type LabelSet, METRIC_NAME } from '../../../core/label-set.ts';
import type { Annotations } from '../../annotations.ts';
import type { Span } from '../../ast.ts';
import type { ClassicBucket } from '../../histogram/classic.ts';
import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import { type Column, HISTOGRAM, NUMBER } from '../column.ts';

const BUCKET_LABEL = 'le';
const BOUND = /^[+-]?(?:inf(?:inity)?|nan|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i;

interface Bound {
  readonly upperBound: number;
  readonly column: Column;
}

/** The series of one histogram. */
export class BucketGroup {
  readonly labels: LabelSet;
  readonly bounds: Bound[] = [];
  readonly natives: Column[] = [];

  constructor(labels: LabelSet) {
    this.labels = labels;
  }

  get metricName(): string {
    return this.labels.get(METRIC_NAME);
  }

  classicAt(step: number): ClassicBucket[] {
    const buckets: ClassicBucket[] = [];
    for (const { upperBound, column } of this.bounds) {
      if (column.kinds[step] !== NUMBER) continue;
      buckets.push({ upperBound, count: column.values[step] as number });
    }
    return buckets;
  }

  nativeAt(step: number): FloatHistogram | undefined {
    for (const { kinds, histograms } of this.natives) {
      if (kinds[step] === HISTOGRAM) return histograms?.[step];
    }
    return undefined;
  }
}

export class BucketGroups {
  private readonly groups = new Map<string, BucketGroup>();
  private readonly notes: Annotations;
  private readonly span: Span;

  /** `span`: the vector's, for notes. */
  constructor(notes: Annotations, span: Span) {
    this.notes = notes;
    this.span = span;
  }

  add(column: Column): void {
    const { labels, kinds } = column;
    const group = this.group(labels.filter((name) => name !== BUCKET_LABEL));
    if (kinds.includes(HISTOGRAM)) group.natives.push(column);
    if (!kinds.includes(NUMBER)) return;
    const le = labels.get(BUCKET_LABEL);
    const upperBound = boundOf(le);
    if (upperBound === undefined) this.refuse(le, group);
    else group.bounds.push({ upperBound, column });
  }

  all(): Iterable<BucketGroup> {
    return this.groups.values();
  }

  warnMixed(group: BucketGroup): void {
    this.notes.warn(
      `vector contains a mix of classic and native histograms${named(group.metricName)}`,
      this.span,
    );
  }

  private refuse(le: string, { metricName }: BucketGroup): void {
    this.notes.warn(
      `bucket label "le" is missing or has a malformed value of ${JSON.stringify(le)}${named(metricName)}`,
      this.span,
    );
  }

  private group(labels: LabelSet): BucketGroup {
    let group = this.groups.get(labels.key);
    if (group === undefined) {
      group = new BucketGroup(labels);
      this.groups.set(labels.key, group);
    }
    return group;
  }
}

export function named(metricName: string): string {
  return metricName === '' ? '' : ` for metric name ${JSON.stringify(metricName)}`;
}

function boundOf(text: string): number | undefined {
  if (!BOUND.test(text)) return undefined;
  const infinite = /^([+-]?)inf/i.exec(text);
  if (infinite === null) return Number(text);
  return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
