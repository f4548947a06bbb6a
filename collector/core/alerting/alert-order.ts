/** The order of the alerts in a notification, as Alertmanager sorts them. Pure. */
import { LabelSet } from '../label-set.ts';
import { compareText } from '../text.ts';

interface Labelled {
  readonly labels: LabelSet;
}

/** By `job`, then by `instance`, those without last; then by all labels, fewer first. */
export function compareAlerts({ labels: a }: Labelled, { labels: b }: Labelled): number {
  for (const name of ['job', 'instance']) {
    if (a.has(name) !== b.has(name)) return a.has(name) ? -1 : 1;
    const order = compareText(a.get(name), b.get(name));
    if (order !== 0) return order;
  }
  return a.size - b.size || LabelSet.compare(a, b);
}
