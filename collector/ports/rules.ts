/** What rules ask of the world, and what they show of themselves. */

export interface RuleFileText {
  /** As people know it; problems and `/api/v1/rules` name it. */
  readonly path: string;
  readonly text: string;
}

/** Rule files by paths and globs (`io/rule-files.ts`). */
export interface RuleFiles {
  /** In order of their paths. Rejects with what cannot be read, named. */
  read(): Promise<readonly RuleFileText[]>;
}

/**
 * `fresh`: its data is there. `silent`: it is down, or lags. `unheard`: the collector has just
 * started and does not know even that. `unknown`: none of the fleet's.
 */
export type Freshness = 'fresh' | 'silent' | 'unheard' | 'unknown';

export interface DeviceFreshness {
  device(id: string): Freshness;
  /** `silent` when it has devices and every one is silent. */
  site(site: string): Freshness;
  fleet(): Freshness;
  /** No device of the site, or of the fleet, is `unheard`. */
  allHeard(site?: string): boolean;
}

export interface RuleDirectory {
  /** By file, then in the order of the file. */
  groups(): readonly RuleGroupView[];
}

export interface RuleGroupView {
  readonly file: string;
  readonly name: string;
  readonly intervalMs: number;
  readonly limit: number;
  readonly rules: readonly RuleView[];
  /** Of the last round. */
  readonly evaluationSeconds: number;
  /** UTC milliseconds; absent before the first. */
  readonly lastEvaluation?: number;
}

interface RuleViewBase {
  readonly name: string;
  readonly query: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly health: 'unknown' | 'ok' | 'err';
  readonly lastError: string;
  readonly evaluationSeconds: number;
  readonly lastEvaluation?: number;
}

export interface RecordingRuleView extends RuleViewBase {
  readonly type: 'recording';
}

export interface AlertingRuleView extends RuleViewBase {
  readonly type: 'alerting';
  readonly holdMs: number;
  readonly keepFiringMs: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'inactive' | 'pending' | 'firing';
  readonly alerts: readonly AlertView[];
}

export type RuleView = RecordingRuleView | AlertingRuleView;

export interface AlertView {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
  /** UTC milliseconds, as the next. */
  readonly activeAt: number;
  readonly keepFiringSince?: number;
  readonly value: number;
}
