/** Alerts from their start to their end, read from the history. Pure. */
import type { AlertEvent } from '../alerting/event.ts';
import { parseMatchers } from '../alerting/matcher-parse.ts';
import type { Episode } from './summary.ts';

type Labels = Readonly<Record<string, string>>;

/** An alert that fires at present. */
export interface Known {
  readonly fingerprint: string;
  readonly labels: Labels;
  readonly startsAt: number;
}

interface Draft {
  readonly labels: Labels;
  readonly startsAt: number;
  notifications: number;
}

/**
 * `events` from `from` until now, oldest first; what fired before and ended within began before
 * `from`, at a time that only the history before it knows. `firing`: what fires now.
 */
export function episodesOf(
  events: readonly AlertEvent[],
  firing: readonly Known[],
  from: number,
): Episode[] {
  const current = new Map(firing.map((one) => [one.fingerprint, one]));
  const open = new Map<string, Draft>();
  const earlier = new Map<string, Draft>();
  const done: Episode[] = [];
  for (const { at, kind, fingerprints, data } of events) {
    for (const fingerprint of fingerprints) {
      if (kind === 'fired') {
        open.set(fingerprint, { labels: labelsOf(data), startsAt: at, notifications: 0 });
      } else if (kind === 'notified') {
        const draft = open.get(fingerprint) ?? before(earlier, fingerprint, from);
        draft.notifications++;
      } else if (kind === 'resolved' || kind === 'expired') {
        const { notifications, startsAt, labels } =
          open.get(fingerprint) ?? before(earlier, fingerprint, from);
        const known = Object.keys(labels).length > 0 ? labels : labelsOf(data);
        done.push({ fingerprint, labels: known, startsAt, endsAt: at, notifications });
        open.delete(fingerprint);
        earlier.delete(fingerprint);
      }
    }
  }
  for (const { fingerprint, labels, startsAt } of current.values()) {
    const draft = open.get(fingerprint) ?? earlier.get(fingerprint);
    const began = open.get(fingerprint)?.startsAt ?? startsAt;
    done.push({ fingerprint, labels, startsAt: began, notifications: draft?.notifications ?? 0 });
  }
  return done;
}

function before(earlier: Map<string, Draft>, fingerprint: string, from: number): Draft {
  const known = earlier.get(fingerprint) ?? { labels: {}, startsAt: from - 1, notifications: 0 };
  earlier.set(fingerprint, known);
  return known;
}

/** Events carry labels as `{a="1", b="2"}`. */
function labelsOf({ labels }: AlertEvent['data']): Labels {
  if (typeof labels !== 'string') return {};
  try {
    return Object.fromEntries(parseMatchers(labels).map(({ name, value }) => [name, value]));
  } catch {
    return {};
  }
}
