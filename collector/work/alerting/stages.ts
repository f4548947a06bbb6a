/** The stages between a group of alerts and its receivers: each holds some alerts back, or none. */
import type { TrackedAlert } from '../../core/alerting/identity.ts';
import type { Inhibition } from '../../core/alerting/inhibition.ts';
import { type NamedInterval, namedContains } from '../../core/alerting/interval.ts';
import type { Route } from '../../core/alerting/route.ts';
import type { SilenceIndex } from '../../core/alerting/silence-index.ts';

/** One flush of one group. */
export interface FlushContext {
  readonly route: Route;
  readonly groupKey: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  /** When it was decided, UTC milliseconds. */
  readonly now: number;
  /** Ends attempts: the group's time is over, or the process ends. */
  readonly deadline: AbortSignal;
  /** Ends waiting between attempts: another flush will decide anew. */
  readonly retired: AbortSignal;
}

/** Why an alert is held back: what stage, and by what (ids of silences, fingerprints, names). */
export type Hold = (alert: TrackedAlert, by: readonly string[]) => void;

export interface Stage {
  readonly name: 'time' | 'inhibit' | 'silence' | 'maintenance' | 'acknowledge' | 'flap';
  /** The alerts that pass, in their order; says of each other what holds it. */
  run(context: FlushContext, alerts: readonly TrackedAlert[], hold: Hold): readonly TrackedAlert[];
}

type Intervals = () => ReadonlyMap<string, NamedInterval>;

/** Outside of all its `active_time_intervals` a route tells nobody. */
export function timeActiveStage(intervals: Intervals): Stage {
  return {
    name: 'time',
    run({ route, now }, alerts, hold) {
      const names = route.activeTimeIntervals;
      if (names.length === 0 || names.some((name) => contains(intervals(), name, now))) {
        return alerts;
      }
      return holdAll(alerts, names, hold);
    },
  };
}

/** Within any of its `mute_time_intervals` a route tells nobody. */
export function timeMuteStage(intervals: Intervals): Stage {
  return {
    name: 'time',
    run({ route, now }, alerts, hold) {
      const inside = route.muteTimeIntervals.filter((name) => contains(intervals(), name, now));
      return inside.length === 0 ? alerts : holdAll(alerts, inside, hold);
    },
  };
}

export function inhibitStage(inhibition: () => Inhibition): Stage {
  return {
    name: 'inhibit',
    run({ now }, alerts, hold) {
      return alerts.filter((tracked) => {
        const by = inhibition().inhibitedBy(tracked.alert.labels, now);
        if (by !== undefined) hold(tracked, [by]);
        return by === undefined;
      });
    },
  };
}

export function silenceStage(silences: SilenceIndex): Stage {
  return {
    name: 'silence',
    run({ now }, alerts, hold) {
      return alerts.filter((tracked) => {
        const by = silences.silencedBy(tracked.fingerprint, tracked.alert.labels, now);
        if (by.length > 0) hold(tracked, by);
        return by.length === 0;
      });
    },
  };
}

function contains(
  intervals: ReadonlyMap<string, NamedInterval>,
  name: string,
  now: number,
): boolean {
  const interval = intervals.get(name);
  return interval !== undefined && namedContains(interval, now);
}

function holdAll(
  alerts: readonly TrackedAlert[],
  by: readonly string[],
  hold: Hold,
): readonly TrackedAlert[] {
  for (const alert of alerts) hold(alert, by);
  return [];
}
