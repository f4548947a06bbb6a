/** What must hold of everything that the receivers heard. */
import type { Heard } from './receiver.ts';

/** Alert name to whether it fires at the end. */
export type Truth = ReadonlyMap<string, boolean>;

/** What each receiver believes of each alert: the last that it answered for. */
function beliefs(heard: readonly Heard[]): Map<string, Map<string, boolean>> {
  const found = new Map<string, Map<string, boolean>>();
  for (const { message, answered } of heard) {
    if (!answered) continue;
    const known = found.get(message.receiver) ?? new Map<string, boolean>();
    found.set(message.receiver, known);
    for (const { status, labels } of message.alerts) known.set(nameOf(labels), status === 'firing');
  }
  return found;
}

/** What a receiver has wrong: firing alerts that it does not know, and resolved ones that it thinks fire. */
export function disagreements(
  heard: readonly Heard[],
  truth: Truth,
  receivers: readonly string[],
): string[] {
  const all = beliefs(heard);
  return receivers.flatMap((receiver) => {
    const known = all.get(receiver) ?? new Map<string, boolean>();
    return [...truth].flatMap(([name, fires]) => {
      const believed = known.get(name) ?? false;
      if (believed === fires) return [];
      return [`${receiver}: ${name} ${fires ? 'was forgotten' : 'was never told as resolved'}`];
    });
  });
}

/** Repeats that may not be: with another key, in the same life, or with other contents. */
export function wrongRepeats(heard: readonly Heard[]): string[] {
  const wrong: string[] = [];
  const byKey = new Map<string, Heard>();
  const last = new Map<string, Heard>();
  for (const one of heard) {
    const { message, life, answered } = one;
    const { key = '', receiver, groupKey } = message;
    const before = byKey.get(key);
    if (before !== undefined && contents(before) !== contents(one)) {
      wrong.push(`${key}: the same key with other contents`);
    }
    if (before?.answered === true && before.life === life) {
      wrong.push(`${key}: sent again without a crash between`);
    }
    if (before?.answered !== true) byKey.set(key, one);
    const place = `${receiver} ${groupKey}`;
    const previous = last.get(place);
    if (previous?.answered === true && previous.message.key !== key) {
      if (contents(previous) === contents(one)) wrong.push(`${key}: a repeat with another key`);
    }
    if (answered) last.set(place, one);
  }
  return wrong;
}

/** Notifications that a receiver had answered in an earlier life, and got again in this one. */
export function repeatsIn(heard: readonly Heard[], life: number): number {
  const answered = new Set<string>();
  const repeated = new Set<string>();
  for (const one of heard) {
    const { key = '' } = one.message;
    // Attempts after a 503 are the same repeat.
    if (one.life === life && answered.has(key)) repeated.add(key);
    if (one.answered && one.life < life) answered.add(key);
  }
  return repeated.size;
}

function contents({ message }: Heard): string {
  const alerts = message.alerts.map(({ status, labels }) => `${status} ${nameOf(labels)}`);
  return alerts.sort((a, b) => (a < b ? -1 : 1)).join(', ');
}

function nameOf(labels: Readonly<Record<string, string>>): string {
  return `${labels['alertname']}/${labels['instance']}`;
}
