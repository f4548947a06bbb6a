/** ALERTS and ALERTS_FOR_STATE: what rules and dashboards see of alerts. */
import { type LabelSet, METRIC_NAME } from '../../core/label-set.ts';
import type { MadeSample } from '../model.ts';
import { type AlertInstance, isFiring } from './alert-state.ts';

export const ALERTNAME = 'alertname';
const STATE = 'alertstate';

export function alertSamples(alert: AlertInstance, time: number): readonly MadeSample[] {
  if (alert.state === 'resolved') return [];
  const active = alert.activeAt / 1000;
  return [
    { labels: activeLabels(alert), time, value: 1 },
    { labels: alert.labels.with(METRIC_NAME, 'ALERTS_FOR_STATE'), time, value: Math.floor(active) },
  ];
}

function activeLabels(alert: AlertInstance): LabelSet {
  const state = isFiring(alert) ? 'firing' : 'pending';
  return alert.labels.with(METRIC_NAME, 'ALERTS').with(STATE, state);
}
