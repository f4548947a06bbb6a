/** What on-call holds back behind Alertmanager's own stages. */
import { type NamedInterval, namedContains } from '../../core/alerting/interval.ts';
import { matchesAll } from '../../core/alerting/matcher.ts';
import type { LabelSet } from '../../core/label-set.ts';
import type { RecurringSilence } from '../../core/oncall/policies.ts';
import type { Stage } from '../alerting/stages.ts';
import type { Maintenances } from './maintenances.ts';

export function maintenanceStage(maintenances: Maintenances): Stage {
  return {
    name: 'maintenance',
    run({ now }, alerts, hold) {
      return alerts.filter((tracked) => {
        const found = maintenances.of(tracked.alert.labels, now);
        if (found !== undefined) hold(tracked, [found.id]);
        return found === undefined;
      });
    },
  };
}

export interface Recurring {
  readonly silences: () => readonly RecurringSilence[];
  readonly intervals: () => ReadonlyMap<string, NamedInterval>;
}

export function recurringStage(recurring: Recurring): Stage {
  return {
    name: 'time',
    run({ now }, alerts, hold) {
      const on = holding(recurring, now);
      if (on.length === 0) return alerts;
      return alerts.filter((tracked) => {
        const by = namesOf(on, tracked.alert.labels);
        if (by.length > 0) hold(tracked, by);
        return by.length === 0;
      });
    },
  };
}

/** The silences that hold now. */
export function holding(
  { silences, intervals }: Recurring,
  now: number,
): readonly RecurringSilence[] {
  return silences().filter(({ timeIntervals }) =>
    timeIntervals.some((name) => {
      const interval = intervals().get(name);
      return interval !== undefined && namedContains(interval, now);
    }),
  );
}

export function namesOf(on: readonly RecurringSilence[], labels: LabelSet): readonly string[] {
  return on.filter(({ matchers }) => matchesAll(matchers, labels)).map(({ name }) => name);
}
