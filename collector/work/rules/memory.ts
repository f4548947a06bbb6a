/**
 * What rules keep across restarts, in the catalog: each alert that is not over under its rule, and
 * for each group when it was last evaluated. One atomic write for all that a rule changes.
 */
import { createHash } from 'node:crypto';
import type { Catalog } from '../../ports.ts';
import type { AlertInstance } from '../../rules/evaluation/alert-state.ts';
import type { ActiveAlerts } from '../../rules/evaluation/alerting.ts';
import type { AlertChanges } from '../../rules/evaluation/world.ts';
import type { Rule, RuleGroup } from '../../rules/model.ts';
import { decodeAlert, encodeAlert } from './alert-record.ts';

const ALERT = 'rules/alert/';
const ROUND = 'rules/round/';

type Changes = Map<string, Uint8Array | undefined>;

export interface RestoredRules {
  alertsOf(rule: Rule): ActiveAlerts;
  /** When the group was last evaluated, UTC milliseconds. */
  roundOf(group: RuleGroup): number | undefined;
  /** What belongs to no rule that is there. */
  orphans(known: readonly Rule[]): Orphans;
}

export interface Orphans {
  readonly keys: readonly string[];
  readonly alerts: readonly AlertInstance[];
}

export class RuleMemory {
  private readonly catalog: Catalog;

  constructor(catalog: Catalog) {
    this.catalog = catalog;
  }

  /** All of it, by rule and by group. */
  async restore(): Promise<RestoredRules> {
    const alerts = new Map<string, Map<string, AlertInstance>>();
    const keys: string[] = [];
    for await (const [key, value] of this.catalog.list(ALERT)) {
      keys.push(key);
      const alert = decodeAlert(value);
      if (alert === undefined) continue;
      const known = alerts.get(ruleOf(key)) ?? new Map<string, AlertInstance>();
      alerts.set(ruleOf(key), known.set(alert.labels.key, alert));
    }
    const rounds = new Map<string, number>();
    for await (const [key, value] of this.catalog.list(ROUND)) {
      const at = Number(Buffer.from(value).toString());
      if (Number.isFinite(at)) rounds.set(key, at);
    }
    return {
      alertsOf: (rule) => alerts.get(digest(rule.key)) ?? new Map(),
      roundOf: (group) => rounds.get(roundKey(group)),
      orphans(known) {
        const digests = new Set(known.map(({ key }) => digest(key)));
        const left = [...alerts].filter(([of]) => !digests.has(of));
        return {
          keys: keys.filter((key) => !digests.has(ruleOf(key))),
          alerts: left.flatMap(([, of]) => [...of.values()]),
        };
      },
    };
  }

  /** Alerts of a rule that changed in the round at `at`. */
  async remember(group: RuleGroup, rule: Rule, changed: AlertChanges, at: number): Promise<void> {
    const changes: Changes = new Map([[roundKey(group), Buffer.from(String(at))]]);
    const prefix = `${ALERT}${digest(rule.key)}/`;
    for (const [key, alert] of changed) {
      changes.set(prefix + digest(key), alert === undefined ? undefined : encodeAlert(alert));
    }
    await this.catalog.write(changes);
  }

  async rememberRound(group: RuleGroup, at: number): Promise<void> {
    await this.catalog.write(new Map([[roundKey(group), Buffer.from(String(at))]]));
  }

  async forget(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.catalog.write(new Map(keys.map((key) => [key, undefined])));
  }
}

function ruleOf(key: string): string {
  return key.slice(ALERT.length).split('/')[0] ?? '';
}

function roundKey({ key }: RuleGroup): string {
  return ROUND + digest(key);
}

/** Keys of a fixed length, whatever people write into labels. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
