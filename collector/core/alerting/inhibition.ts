/**
 * Inhibition: while one alert fires, others of the same place need no telling. Sources are kept by
 * the values of the labels that must be equal, so that a target finds them without a search. Pure.
 */
import type { LabelSet } from '../label-set.ts';
import { type Alert, isResolved } from './alert.ts';
import { fingerprint } from './fingerprint.ts';
import { type LabelMatcher, matchesAll } from './matcher.ts';

export interface InhibitRule {
  readonly source: readonly LabelMatcher[];
  readonly target: readonly LabelMatcher[];
  readonly equal: readonly string[];
}

export class Inhibition {
  private readonly rules: readonly RuleState[];

  constructor(rules: readonly InhibitRule[]) {
    this.rules = rules.map((rule) => new RuleState(rule));
  }

  /** Takes over the newest state of an alert. */
  put(alert: Alert): void {
    for (const rule of this.rules) rule.put(alert);
  }

  /** The fingerprint of an alert that inhibits one with these labels. */
  inhibitedBy(labels: LabelSet, now: number): string | undefined {
    for (const rule of this.rules) {
      const by = rule.inhibitedBy(labels, now);
      if (by !== undefined) return by;
    }
    return undefined;
  }
}

/** Sources with equal values of `equal`; both sides: those that are targets too. */
interface Sources {
  readonly sourceOnly: Map<string, Alert>;
  readonly bothSides: Map<string, Alert>;
}

class RuleState {
  private readonly rule: InhibitRule;
  private readonly sources = new Map<string, Sources>();

  constructor(rule: InhibitRule) {
    this.rule = rule;
  }

  put(alert: Alert): void {
    const { source, target } = this.rule;
    if (!matchesAll(source, alert.labels)) return;
    const key = this.keyOf(alert.labels);
    let found = this.sources.get(key);
    if (found === undefined) {
      found = { sourceOnly: new Map(), bothSides: new Map() };
      this.sources.set(key, found);
    }
    const side = matchesAll(target, alert.labels) ? found.bothSides : found.sourceOnly;
    side.set(fingerprint(alert.labels), alert);
  }

  inhibitedBy(labels: LabelSet, now: number): string | undefined {
    if (!matchesAll(this.rule.target, labels)) return undefined;
    const key = this.keyOf(labels);
    const found = this.sources.get(key);
    if (found === undefined) return undefined;
    const by = firstFiring(found.sourceOnly, now) ?? this.bySides(found, labels, now);
    if (found.sourceOnly.size + found.bothSides.size === 0) this.sources.delete(key);
    return by;
  }

  /** What matches both sides does not inhibit what matches both sides, itself among them. */
  private bySides(found: Sources, labels: LabelSet, now: number): string | undefined {
    if (matchesAll(this.rule.source, labels)) return undefined;
    return firstFiring(found.bothSides, now);
  }

  private keyOf(labels: LabelSet): string {
    return this.rule.equal
      .map((name) => labels.get(name))
      .map((value) => `${value.length}:${value}`)
      .join('');
  }
}

/** Forgets those that are over on its way; one that fires again is put again. */
function firstFiring(alerts: Map<string, Alert>, now: number): string | undefined {
  for (const [id, alert] of alerts) {
    if (!isResolved(alert, now)) return id;
    alerts.delete(id);
  }
  return undefined;
}
