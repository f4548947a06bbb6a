/** ALERTS and ALERTS_FOR_STATE: what rules and dashboards see of alerts. */
import { type LabelSet, METRIC_NAME } from '../../core/label-set.ts';
import type { MadeSample } from '../model.ts';
import { type AlertInstance, isFiring } from './alert-state.ts';

export const ALERTNAME = 'alertname';
const STATE = 'alertstate';

interface SeriesNames {
  readonly pending: LabelSet;
  readonly firing: LabelSet;
  readonly since: LabelSet;
}

/** Made once for an alert, which stays the same over many rounds. */
const names = new WeakMap<LabelSet, SeriesNames>();

export function alertSamples(alert: AlertInstance, time: number): readonly MadeSample[] {
  if (alert.state === 'resolved') return [];
  const { pending, firing, since } = namesOf(alert.labels);
  return [
    { labels: isFiring(alert) ? firing : pending, time, value: 1 },
    { labels: since, time, value: Math.floor(alert.activeAt / 1000) },
  ];
}

function namesOf(labels: LabelSet): SeriesNames {
  const known = names.get(labels);
  if (known !== undefined) return known;
  const alerts = labels.with(METRIC_NAME, 'ALERTS');
  const made = {
    pending: alerts.with(STATE, 'pending'),
    firing: alerts.with(STATE, 'firing'),
    since: labels.with(METRIC_NAME, 'ALERTS_FOR_STATE'),
  };
  names.set(labels, made);
  return made;
}
