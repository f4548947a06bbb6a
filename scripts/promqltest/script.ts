/** A `.test` file of PromQL, read: what to load, what to ask, what to expect. */
import type { LabelSet } from '../../collector/core/label-set.ts';
import type { RangeSteps } from '../../collector/core/query/types.ts';
import type { NotationValue } from '../../collector/promql/notation/values.ts';

export interface LoadedSeries {
  readonly labels: LabelSet;
  readonly values: readonly NotationValue[];
  /** For each value how far its start timestamp lies from its time, milliseconds. */
  readonly starts?: readonly (number | undefined)[];
}

export interface LoadCommand {
  readonly kind: 'load';
  readonly line: number;
  readonly stepMs: number;
  /** Also as native histograms with custom buckets. */
  readonly withNhcb: boolean;
  readonly series: readonly LoadedSeries[];
}

/** What a message must be. */
export interface TextPattern {
  readonly shown: string;
  matches(text: string): boolean;
}

export interface ExpectedSeries {
  readonly labels: LabelSet;
  readonly values: readonly NotationValue[];
}

export type ExpectedResult =
  | { readonly type: 'scalar'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'vector'; readonly series: readonly ExpectedSeries[] }
  /** The first value stands at `steps.start`. */
  | {
      readonly type: 'matrix';
      readonly steps: RangeSteps;
      readonly series: readonly ExpectedSeries[];
    };

export interface Expectation {
  readonly result: ExpectedResult;
  readonly ordered: boolean;
  /** All must match the error. Undefined: it must succeed. */
  readonly fail: readonly TextPattern[] | undefined;
  readonly warn: readonly TextPattern[];
  readonly info: readonly TextPattern[];
  readonly noWarn: boolean;
  readonly noInfo: boolean;
}

export type Asked =
  | { readonly type: 'instant'; readonly at: number }
  | { readonly type: 'range'; readonly steps: RangeSteps };

export interface EvalCommand {
  readonly kind: 'eval';
  readonly line: number;
  readonly expression: string;
  readonly asked: Asked;
  readonly expectation: Expectation;
  /** Between `ignore` and `resume`. */
  readonly ignored: boolean;
}

export type Command = LoadCommand | EvalCommand | { readonly kind: 'clear'; readonly line: number };

/** The file itself is wrong. */
export class ScriptError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = 'ScriptError';
    this.line = line;
  }
}
