/** When a change is an event, and which one. */
import type { CheckState, Overall } from '../../../protocol/messages/health.ts';
import type { Standing } from './dependencies.ts';
import type { Judgement } from './overall.ts';

export interface ChangeEvent {
  readonly name: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface ToldCheck extends Standing {
  readonly name: string;
  readonly kind: string;
  readonly critical: boolean;
  readonly text: string;
}

/**
 * `told` is the state that was told last, `undefined` when none ever was. A check that is found to be
 * fine at first sight is no event, and neither is one that nothing is known of yet.
 */
export function changeOf(told: CheckState | undefined, check: ToldCheck): ChangeEvent | undefined {
  const { name, kind, critical, state, pending, text, behind } = check;
  if (pending || state === told || (told === undefined && state === 'ok')) return undefined;
  const attributes = {
    check: name,
    kind,
    state,
    ...(told === undefined ? {} : { before: told }),
    ...(behind.length === 0 ? {} : { behind: behind.join(',') }),
  };
  const say = (what: string, severity: ChangeEvent['severity']): ChangeEvent => ({
    name: `check.${what}`,
    severity,
    text: `${name}: ${text}`,
    attributes,
  });
  if (state === 'critical') return say('failed', critical ? 'error' : 'warning');
  if (state === 'unknown') return say('unknown', 'warning');
  if (state === 'warning' && (told === undefined || told === 'ok'))
    return say('warning', 'warning');
  return say('recovered', 'info');
}

const SEVERITY = { healthy: 'info', degraded: 'warning', unhealthy: 'error' } as const;

/** A device that nothing was told of yet counts as healthy. */
export function overallChange(
  told: Overall | undefined,
  { overall, reason }: Judgement,
): ChangeEvent | undefined {
  const before = told ?? 'healthy';
  if (before === overall) return undefined;
  return {
    name: 'health.changed',
    severity: SEVERITY[overall],
    text: reason === '' ? overall : `${overall}: ${reason}`,
    attributes: { before, overall },
  };
}
