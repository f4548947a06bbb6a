/** A unit test of rules as promtool's files describe it. Times are milliseconds from the start. */
import type { LabelSet } from '../../core/label-set.ts';
import type { FloatHistogram } from '../../promql/histogram/float-histogram.ts';
import type { NotationValue } from '../../promql/notation/values.ts';
import type { Texts } from '../model.ts';

export interface TestFile {
  /** As written: globs, relative to the file. */
  readonly ruleFiles: readonly string[];
  readonly evaluationMs: number;
  readonly fuzzyCompare: boolean;
  /** Groups in the order in which they are evaluated; the others come first. */
  readonly groupOrder: readonly string[];
  readonly tests: readonly TestGroup[];
}

export interface TestGroup {
  /** `unnamed#2` when it has none. */
  readonly title: string;
  /** '' when it has none. */
  readonly name: string;
  readonly line: number;
  /** Between samples. */
  readonly intervalMs: number;
  /** UTC milliseconds of the first sample. */
  readonly start: number;
  readonly input: readonly InputSeries[];
  readonly alertTests: readonly AlertTest[];
  readonly exprTests: readonly ExprTest[];
  readonly externalLabels: Texts;
  readonly externalUrl: string;
  /** Why this group cannot run: a series or an expectation that cannot be read. */
  readonly problems: readonly string[];
}

export interface InputSeries {
  readonly labels: LabelSet;
  readonly values: readonly NotationValue[];
}

export interface ExpectedAlert {
  readonly labels: LabelSet;
  readonly annotations: LabelSet;
}

export interface AlertTest {
  readonly at: number;
  readonly alertname: string;
  readonly expected: readonly ExpectedAlert[];
}

export interface ExprTest {
  readonly at: number;
  readonly expr: string;
  readonly expected: readonly ExpectedSample[];
  /** Why the expectation cannot be read. */
  readonly problem?: string;
}

export interface ExpectedSample {
  readonly labels: LabelSet;
  readonly value: number;
  readonly histogram?: FloatHistogram;
}

/** One expectation that was not met, or a reason why nothing could be judged. */
export interface TestFailure {
  readonly test: string;
  readonly message: string;
}
