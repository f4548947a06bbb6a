/** What is found, as the message `health` and as the local door shows it. */
import type { CheckHealth, Health } from '../../../protocol/messages/health.ts';
import { type Moment, wallOf } from '../../core/checks/moment.ts';
import type { Judgement } from '../../core/checks/overall.ts';
import type { Watched } from './watched.ts';

export interface Judged extends Judgement {
  readonly since: Moment;
}

/** In words, why a check is in its state. */
export function textOf({ standing, last }: Watched): string {
  const { state, pending, behind } = standing;
  if (behind.length > 0) {
    return `${pending ? 'waits for' : 'cannot be told behind'} ${behind.join(', ')}`;
  }
  if (last === undefined) return 'did not run yet';
  const { finding } = last;
  return finding.state === state ? finding.text : `last run ${finding.state}: ${finding.text}`;
}

export function healthOf(watched: readonly Watched[], judged: Judged, now: Moment): Health {
  return {
    wall: Math.round(now.wall),
    overall: judged.overall,
    reason: judged.reason,
    since: wallOf(judged.since, now),
    checks: watched.map((one) => checkHealth(one, now)),
  };
}

function checkHealth(watched: Watched, now: Moment): CheckHealth {
  const { plan, standing, since, last } = watched;
  const { kind, critical, component, labels } = plan.config;
  return {
    name: plan.name,
    kind,
    state: standing.state,
    since: wallOf(since, now),
    at: wallOf(last?.began ?? since, now),
    text: textOf(watched),
    critical,
    component,
    durationMs: Math.round(last?.durationMs ?? 0),
    labels: new Map(Object.entries(labels)),
  };
}

/** The same in JSON for people and local programs, with what only the device knows. */
export function statusOf(watched: readonly Watched[], judged: Judged, now: Moment) {
  const { overall, reason, since, checks } = healthOf(watched, judged, now);
  return {
    overall,
    reason,
    since: iso(since),
    checks: checks.map((check, index) => ({
      ...check,
      since: iso(check.since),
      at: iso(check.at),
      labels: Object.fromEntries(check.labels),
      result: watched[index]?.last?.finding.state,
      pending: watched[index]?.standing.pending,
      behind: watched[index]?.standing.behind,
      remedy: watched[index]?.plan.config.remedy,
    })),
  };
}

function iso(wall: number): string {
  return new Date(wall).toISOString();
}
