/** What rules count, as Prometheus counts it, under the collector's prefix. */
import type { Metrics } from '../../core/metrics.ts';
import type { GroupRun, RoundReport } from '../../rules/evaluation/group-run.ts';

const GROUP = ['rule_group'] as const;
const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30] as const;

export class RuleMetrics {
  private readonly evaluations;
  private readonly failures;
  private readonly iterations;
  private readonly missed;
  private readonly seconds;
  private readonly gauges;

  constructor(metrics: Metrics, groups: () => Iterable<GroupRun>, queued: () => number) {
    const name = (what: string) => `muster_collector_rule_${what}`;
    const counters = (what: string, help: string) =>
      metrics.counters({ name: name(what), help, labels: GROUP });
    this.evaluations = counters('evaluations_total', 'Rule evaluations.');
    this.failures = counters('evaluation_failures_total', 'Rule evaluations that failed.');
    this.iterations = counters('group_iterations_total', 'Rounds of a group that fell due.');
    this.missed = counters(
      'group_iterations_missed_total',
      'Rounds of a group that were not held, since those before took too long.',
    );
    this.seconds = metrics.histograms({
      name: name('group_duration_seconds'),
      help: 'How long rounds of a group took.',
      labels: GROUP,
      buckets: SECONDS,
    });
    const gauges = (what: string, help: string) =>
      metrics.gauges({ name: name(what), help, labels: GROUP });
    this.gauges = {
      interval: gauges('group_interval_seconds', 'Interval of a group.'),
      rules: gauges('group_rules', 'Rules of a group.'),
      last: gauges('group_last_evaluation_timestamp_seconds', 'When a group was last evaluated.'),
      duration: gauges('group_last_duration_seconds', 'How long the last round took.'),
      samples: gauges('group_last_evaluation_samples', 'Samples that the last round made.'),
      failing: gauges('group_rules_failing', 'Rules whose last evaluation failed.'),
    };
    const waiting = metrics.gauge({ name: name('queue_length'), help: 'Groups that wait.' });
    metrics.onCollect(() => {
      waiting.set(queued());
      this.collect(groups());
    });
  }

  held(rule_group: string, report: RoundReport, missed: number): void {
    this.evaluations.with({ rule_group }).inc(report.evaluated);
    this.failures.with({ rule_group }).inc(report.failed);
    this.iterations.with({ rule_group }).inc(1 + missed);
    this.missed.with({ rule_group }).inc(missed);
    this.seconds.with({ rule_group }).observe(report.seconds);
  }

  private collect(groups: Iterable<GroupRun>): void {
    for (const family of Object.values(this.gauges)) family.clear();
    const { interval, rules, last, duration, samples, failing } = this.gauges;
    for (const { group, intervalMs, lastRound, rules: statuses } of groups) {
      const label = { rule_group: group.key };
      interval.with(label).set(intervalMs / 1000);
      rules.with(label).set(statuses.length);
      failing.with(label).set(statuses.filter(({ health }) => health === 'err').length);
      if (lastRound === undefined) continue;
      last.with(label).set(lastRound.at / 1000);
      duration.with(label).set(lastRound.seconds);
      samples.with(label).set(lastRound.samples);
    }
  }
}
