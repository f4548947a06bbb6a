/** Runs one test: its rules over its samples, then its expectations. */
import { LabelSet } from '../../core/label-set.ts';
import { FloatHistogram } from '../../promql/histogram/float-histogram.ts';
import { isFiring } from '../evaluation/alert-state.ts';
import { messageOf } from '../evaluation/errors.ts';
import { GroupRun } from '../evaluation/group-run.ts';
import type { RuleWorld } from '../evaluation/world.ts';
import type { RuleGroup } from '../model.ts';
import { TestBench } from './bench.ts';
import { byLabels, sameAlerts, sameSamples, sorted } from './compare.ts';
import type {
  AlertTest,
  ExpectedAlert,
  ExpectedSample,
  ExprTest,
  TestFile,
  TestGroup,
} from './model.ts';
import { difference, showAlert, showDuration, showSample } from './show.ts';

/** Messages of what failed; none: it passed. */
export async function runTest(
  file: TestFile,
  test: TestGroup,
  groups: readonly RuleGroup[],
): Promise<readonly string[]> {
  if (test.problems.length > 0) return test.problems;
  return new TestRun(file, test, groups).run();
}

class TestRun {
  private readonly file: TestFile;
  private readonly test: TestGroup;
  private readonly bench: TestBench;
  private readonly world: RuleWorld;
  private readonly groups: readonly GroupRun[];
  private readonly failures: string[] = [];

  constructor(file: TestFile, test: TestGroup, groups: readonly RuleGroup[]) {
    this.file = file;
    this.test = test;
    this.bench = new TestBench(test, file.evaluationMs);
    this.world = this.bench.world(test);
    const { intervalMs } = test;
    const options = { intervalMs, queryOffsetMs: 0, resendMs: 60_000 };
    this.groups = ordered(groups, file.groupOrder).map((group) => new GroupRun(group, options));
  }

  async run(): Promise<readonly string[]> {
    const { test, file } = this;
    const last = Math.max(0, ...test.alertTests.map(at), ...test.exprTests.map(at));
    for (let now = 0; now <= last; now += file.evaluationMs) {
      if (!(await this.evaluate(now))) return this.failures;
      for (const one of test.alertTests) {
        if (one.at >= now && one.at < now + file.evaluationMs) this.judgeAlerts(one);
      }
    }
    for (const one of test.exprTests) await this.judgeSamples(one);
    return this.failures;
  }

  /** False when a rule failed: what follows would only repeat it. */
  private async evaluate(now: number): Promise<boolean> {
    const time = this.test.start + now;
    this.bench.advanceTo(time);
    const before = this.failures.length;
    for (const run of this.groups) {
      await run.evaluate(this.world, time, () => 0);
      for (const { rule, lastError } of run.rules) {
        if (lastError === '') continue;
        this.failures.push(`rule: ${rule.name}, time: ${showDuration(now)}, err: ${lastError}`);
      }
    }
    return this.failures.length === before;
  }

  private judgeAlerts({ at: evalTime, alertname, expected }: AlertTest): void {
    const got = this.groups.flatMap(({ rules }) =>
      rules
        .filter(({ rule }) => rule.kind === 'alerting' && rule.name === alertname)
        .flatMap(({ run }) => [...run.instances.values()].filter(isFiring).map(asExpected)),
    );
    if (sameAlerts(expected, got)) return;
    const lines = difference(sorted(expected).map(showAlert), sorted(got).map(showAlert));
    const head = `alertname: ${alertname}, time: ${showDuration(evalTime)}`;
    this.failures.push(`${head}, expected (-) and fired (+) differ:${lines}`);
  }

  private async judgeSamples({ expr, at: evalTime, expected, problem }: ExprTest): Promise<void> {
    const head = `expr: ${JSON.stringify(expr)}, time: ${showDuration(evalTime)}`;
    let got: readonly ExpectedSample[];
    try {
      got = (await this.bench.query(expr, this.test.start + evalTime)).map(withHistogram);
    } catch (error) {
      this.failures.push(`${head}, err: ${messageOf(error)}`);
      return;
    }
    if (problem !== undefined) this.failures.push(`${head}, err: ${problem}`);
    else if (!sameSamples(expected, got, this.file.fuzzyCompare)) {
      const lines = difference(byLabels(expected).map(showSample), byLabels(got).map(showSample));
      this.failures.push(`${head}, expected (-) and yielded (+) differ:${lines}`);
    }
  }
}

function at(one: { readonly at: number }): number {
  return one.at;
}

function asExpected(alert: {
  readonly labels: LabelSet;
  readonly annotations: Readonly<Record<string, string>>;
}): ExpectedAlert {
  return { labels: alert.labels, annotations: LabelSet.fromObject(alert.annotations) };
}

function withHistogram({
  labels,
  value,
  histogram,
}: {
  readonly labels: LabelSet;
  readonly value: number;
  readonly histogram?: unknown;
}): ExpectedSample {
  return histogram instanceof FloatHistogram ? { labels, value: 0, histogram } : { labels, value };
}

/** Those that are not named stand with the first, as in promtool. */
function ordered(groups: readonly RuleGroup[], order: readonly string[]): readonly RuleGroup[] {
  const rank = (group: RuleGroup) => Math.max(0, order.indexOf(group.name));
  return [...groups].sort((a, b) => rank(a) - rank(b));
}
