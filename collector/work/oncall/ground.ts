/** Alerting as ladders see it: its alerts, all its stages, its way to tell. */

import type { TrackedAlert } from '../../core/alerting/identity.ts';
import { groupKey, groupLabels, type Route } from '../../core/alerting/route.ts';
import type { LabelSet } from '../../core/label-set.ts';
import type { Call } from '../../core/oncall/ladder.ts';
import type { Alerting } from '../alerting/alerting.ts';
import {
  type FlushContext,
  type Stage,
  silenceStage,
  timeActiveStage,
  timeMuteStage,
} from '../alerting/stages.ts';
import type { Ground } from './escalations.ts';

/** A ladder decides by itself when it tells again. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;
/** Attempts of one call; then it waits for its next turn. */
const ATTEMPTS_MS = 300_000;

export interface GroundDeps {
  readonly alerting: Alerting;
  readonly stages: readonly Stage[];
  /** Calls `action` after a while; the answer takes it back. */
  readonly after: (delayMs: number, action: () => void) => () => void;
  readonly now: () => number;
  /** Aborted with `ENDING` when the process ends: what is on its way is for the next one. */
  readonly ending: AbortSignal;
  /** The receiver is gone from the alerting file: nobody can be told. */
  readonly abandoned: (call: Call) => void;
}

export function alertingGround({
  alerting,
  stages,
  after,
  now,
  ending,
  abandoned,
}: GroundDeps): Ground {
  const intervals = () => alerting.config.intervals;
  const all: readonly Stage[] = [
    timeActiveStage(intervals),
    timeMuteStage(intervals),
    silenceStage(alerting.silences.index),
    ...stages,
  ];
  const never = new AbortController().signal;
  const context = (route: Route, at: number, labels: LabelSet | undefined): FlushContext => ({
    route,
    groupKey: labels === undefined ? route.key : groupKey(route, groupLabels(route, labels)),
    groupLabels: {},
    now: at,
    deadline: never,
    retired: never,
  });
  return {
    route: () => alerting.config.route,
    all: () => alerting.store.all(),
    get: (fingerprint) => alerting.store.get(fingerprint),

    passing(route, alerts, at) {
      const place = context(route, at, alerts[0]?.alert.labels);
      const free = alerts.filter(
        ({ alert }) => alerting.inhibitedBy(alert.labels, at) === undefined,
      );
      return all.reduce<readonly TrackedAlert[]>(
        (passed, stage) => stage.run(place, passed, () => {}),
        free,
      );
    },

    async tell(route, call, ascent, alerts) {
      if (alerting.channelsOf(call.receiver) === undefined) {
        abandoned(call);
        return true;
      }
      const timeout = new AbortController();
      const cancel = after(ATTEMPTS_MS, () => timeout.abort(new Error('the time is over')));
      const told = await alerting.tellReceiver(
        {
          route: { ...route, receiver: call.receiver, repeatIntervalMs: NEVER_MS },
          groupKey: call.key,
          groupLabels: ascent.groupLabels,
          now: now(),
          deadline: AbortSignal.any([timeout.signal, ending]),
          retired: never,
        },
        alerts,
      );
      cancel();
      return told;
    },
  };
}
