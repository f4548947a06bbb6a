/** What follows from all checks for the device as a whole, and why. */
import type { Overall } from '../../../protocol/messages/health.ts';
import type { Standing } from './dependencies.ts';

export interface JudgedCheck extends Standing {
  readonly name: string;
  readonly critical: boolean;
}

export interface Judgement {
  readonly overall: Overall;
  /** Empty when it is healthy. */
  readonly reason: string;
}

const MOST_NAMES = 8;

/**
 * Unhealthy when a critical check has failed; degraded when another one has, or when a critical one
 * cannot tell. What stands behind a failed check is named, but it is the failed one that counts.
 */
export function overallOf(checks: readonly JudgedCheck[]): Judgement {
  const known = checks.filter(({ pending }) => !pending);
  const failed = known.filter(({ state }) => state === 'critical');
  const blind = known.filter(({ state, critical, behind }) => {
    return state === 'unknown' && critical && behind.length === 0;
  });
  if (failed.length + blind.length === 0) return { overall: 'healthy', reason: '' };
  const vital = failed.filter(({ critical }) => critical);
  const behind = known.filter((check) => check.behind.length > 0);
  const reason = [
    named('critical checks failed', vital),
    named(
      'failed',
      failed.filter(({ critical }) => !critical),
    ),
    named('unknown', blind),
    named('behind them', behind),
  ];
  return {
    overall: vital.length > 0 ? 'unhealthy' : 'degraded',
    reason: reason.filter((part) => part !== '').join('; '),
  };
}

function named(what: string, checks: readonly JudgedCheck[]): string {
  if (checks.length === 0) return '';
  const names = checks.map(({ name }) => name).toSorted();
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return `${what}: ${names.slice(0, MOST_NAMES).join(', ')}${more}`;
}
