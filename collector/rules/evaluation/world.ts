/** What the evaluation of a rule asks of its surroundings; `work/rules` and the unit tester bring it. */
import type { Alert } from '../../core/alerting/alert.ts';
import type { LabelSet } from '../../core/label-set.ts';
import type { VectorSample } from '../../core/query/engine.ts';
import type { Rule, Texts } from '../model.ts';
import type { AlertInstance } from './alert-state.ts';

export interface RuleWorld {
  /** An expression at an instant; a scalar is a vector of one. Rejects with what is wrong with it. */
  query(expression: string, at: number): Promise<readonly VectorSample[]>;
  /** Samples, and series that end at `time`. Resolves when both can be queried. */
  write(samples: readonly VectorSample[], ended: readonly LabelSet[], time: number): Promise<void>;
  /** Makes changed alerts durable; `undefined` forgets one. Before `notify`, so that none is lost. */
  remember(rule: Rule, changes: AlertChanges): Promise<void>;
  /** Resolves when the alerts are somebody else's care. */
  notify(alerts: readonly Alert[]): Promise<void>;
  /** Whether the end of this alert cannot be known, since what it is about is silent. */
  isSilent(rule: Rule, labels: LabelSet): boolean;
  /** Lets others have their turn, in the midst of much work. */
  breathe(): Promise<void>;
  /** A template that could not be expanded, and the like. */
  warn(message: string, rule: Rule): void;
  readonly externalLabels: Texts;
  readonly externalUrl: string;
}

/** By the key of the alert's labels. */
export type AlertChanges = ReadonlyMap<string, AlertInstance | undefined>;
