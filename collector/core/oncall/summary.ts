/** A report over a span of time: what was new, what was resolved, what made the most noise. */
import { compareText } from '../text.ts';

/** One alert from its start to its end, or so far. Times in UTC milliseconds. */
export interface Episode {
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAt: number;
  /** Absent while it fires. */
  readonly endsAt?: number;
  /** Messages that were sent about it. */
  readonly notifications: number;
}

export interface Ranked {
  readonly name: string;
  readonly episodes: number;
  /** Milliseconds that they were firing within the span; alerts that overlap are all counted. */
  readonly firingMs: number;
}

export interface Summary {
  readonly from: number;
  readonly to: number;
  /** Began in the span. */
  readonly fresh: readonly Episode[];
  /** Ended in the span. */
  readonly resolved: readonly Episode[];
  /** Fire still at its end. */
  readonly firing: readonly Episode[];
  readonly notifications: number;
  /** Names of alerts by how often they fired. */
  readonly noisiest: readonly Ranked[];
  /** Devices by how long something was wrong with them. */
  readonly worstDevices: readonly Ranked[];
}

const RANKED = 10;

/** `episodes` that touch [from, to); others are left out. */
export function summarize(episodes: readonly Episode[], from: number, to: number): Summary {
  const touching = episodes.filter(
    ({ startsAt, endsAt }) => startsAt < to && (endsAt === undefined || endsAt >= from),
  );
  const byStart = [...touching].sort(
    (a, b) => a.startsAt - b.startsAt || compareText(a.fingerprint, b.fingerprint),
  );
  const fresh = byStart.filter(({ startsAt }) => startsAt >= from);
  const within = ({ endsAt }: Episode): boolean => endsAt !== undefined && endsAt < to;
  return {
    from,
    to,
    fresh,
    resolved: byStart.filter(within),
    firing: byStart.filter((episode) => !within(episode)),
    notifications: fresh.reduce((sum, { notifications }) => sum + notifications, 0),
    noisiest: rank(byStart, 'alertname', from, to).sort(
      (a, b) => b.episodes - a.episodes || b.firingMs - a.firingMs || compareText(a.name, b.name),
    ),
    worstDevices: rank(byStart, 'instance', from, to).sort(
      (a, b) => b.firingMs - a.firingMs || b.episodes - a.episodes || compareText(a.name, b.name),
    ),
  };
}

/** The lists as long as a reader wants them. */
export function shortened(summary: Summary): Summary {
  const { noisiest, worstDevices } = summary;
  return {
    ...summary,
    noisiest: noisiest.slice(0, RANKED),
    worstDevices: worstDevices.slice(0, RANKED),
  };
}

function rank(episodes: readonly Episode[], label: string, from: number, to: number): Ranked[] {
  const ranks = new Map<string, { episodes: number; firingMs: number }>();
  for (const { labels, startsAt, endsAt = to } of episodes) {
    const name = labels[label];
    if (name === undefined || name === '') continue;
    const known = ranks.get(name) ?? { episodes: 0, firingMs: 0 };
    known.episodes++;
    known.firingMs += Math.max(0, Math.min(endsAt, to) - Math.max(startsAt, from));
    ranks.set(name, known);
  }
  return Array.from(ranks, ([name, counted]) => ({ name, ...counted }));
}
