/** On-call in numbers. */
import type { Metrics } from '../../core/metrics.ts';

interface Figures {
  readonly flaps: { readonly held: number };
  readonly acknowledgements: { readonly size: number };
  readonly escalations: { list(): readonly { readonly climb?: object }[] };
}

export function onCallMetrics(metrics: Metrics, figures: Figures): void {
  const held = metrics.gauge({
    name: 'muster_alerts_held_flapping',
    help: 'Alerts that are over, and count as firing because they come and go.',
  });
  const acknowledged = metrics.gauge({
    name: 'muster_alerts_acknowledged',
    help: 'Alerts that somebody has.',
  });
  const climbing = metrics.gauge({
    name: 'muster_escalations_active',
    help: 'Groups of alerts on a ladder.',
  });
  metrics.onCollect(() => {
    held.set(figures.flaps.held);
    acknowledged.set(figures.acknowledgements.size);
    climbing.set(figures.escalations.list().filter(({ climb }) => climb !== undefined).length);
  });
}
