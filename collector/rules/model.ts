/** Rules as they are evaluated: checked, with the labels of their group, in the order of the file. */
import type { LabelSet } from '../core/label-set.ts';
import type { Expr } from '../promql/ast.ts';

export type Texts = Readonly<Record<string, string>>;

interface RuleBase {
  readonly name: string;
  /** As Prometheus prints it, on one line. */
  readonly query: string;
  readonly expr: Expr;
  /** Those of the group beneath those of the rule. Templates in alerts, plain in recordings. */
  readonly labels: Texts;
  /** Equal for the same rule in another version of its file; no two rules share one. */
  readonly key: string;
}

export interface RecordingRule extends RuleBase {
  readonly kind: 'recording';
}

export interface AlertingRule extends RuleBase {
  readonly kind: 'alerting';
  /** Milliseconds, as the next. */
  readonly holdMs: number;
  readonly keepFiringMs: number;
  readonly annotations: Texts;
}

export type Rule = RecordingRule | AlertingRule;

export interface RuleGroup {
  readonly file: string;
  readonly name: string;
  /** Equal for the same group in another version of its file; no two groups share one. */
  readonly key: string;
  /** Absent: the usual interval. */
  readonly intervalMs?: number;
  /** Absent: the usual offset. */
  readonly queryOffsetMs?: number;
  /** 0: none. */
  readonly limit: number;
  readonly rules: readonly Rule[];
}

/** What a series is called when a rule has made it. */
export interface MadeSample {
  readonly labels: LabelSet;
  /** UTC milliseconds. */
  readonly time: number;
  readonly value: number;
}
