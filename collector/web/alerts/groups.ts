/** Alerts arranged for people: searched, grouped, worst first. Pure. */
import type { PageAlert } from './requests.ts';

export type GroupBy = 'alertname' | 'site' | 'instance';

export interface AlertGroup {
  readonly name: string;
  readonly alerts: readonly PageAlert[];
}

/** What waits for somebody stands before what is held back or taken. */
export function arrange(
  alerts: readonly PageAlert[],
  search: string,
  by: GroupBy,
): readonly AlertGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, PageAlert[]>();
  for (const alert of alerts) {
    const text = textOf(alert);
    if (!words.every((word) => text.includes(word))) continue;
    const name = alert.labels[by] ?? '';
    groups.set(name, [...(groups.get(name) ?? []), alert]);
  }
  return Array.from(groups, ([name, found]) => ({ name, alerts: found.sort(order) })).sort(
    (a, b) => open(b.alerts) - open(a.alerts) || (a.name < b.name ? -1 : 1),
  );
}

function isOpen({ conditions }: PageAlert): boolean {
  return conditions.every((one) => one === 'flapping');
}

export function open(alerts: readonly PageAlert[]): number {
  return alerts.filter(isOpen).length;
}

export function summaryOf({ annotations }: PageAlert): string {
  return annotations['summary'] ?? annotations['message'] ?? annotations['description'] ?? '';
}

function order(a: PageAlert, b: PageAlert): number {
  return Number(isOpen(b)) - Number(isOpen(a)) || b.startsAt - a.startsAt;
}

function textOf(alert: PageAlert): string {
  const labels = Object.entries(alert.labels).map(([name, value]) => `${name}=${value}`);
  return [...labels, ...alert.conditions, summaryOf(alert)].join(' ').toLowerCase();
}
