/** Whether a stage may go on, must stop, or has to wait, and why. */
import type { Verdict } from './evidence.ts';
import type { Gates } from './plan.ts';
import type { Measure } from './record.ts';

export interface StageTally {
  /** Devices that the stage takes. */
  readonly members: number;
  readonly succeeded: number;
  /** Those that a person has let pass do not count. */
  readonly failed: number;
  /** None of its devices is on the way, and none could begin now. */
  readonly quiet: boolean;
}

export interface Judgement {
  readonly verdict: 'go' | 'stop' | 'wait';
  readonly why: string;
}

export interface Observations {
  readonly tally: StageTally;
  readonly control: Verdict;
  /** By position of the expression; absent before the first answer. */
  readonly measures: readonly (Measure | undefined)[];
  /** When the stage had ended and the soak time with it; absent before. */
  readonly soakedAt?: number;
}

/** Whether something says stop now; asked while the stage goes on and after. */
export function alarm(
  gates: Gates,
  { tally, control, measures }: Observations,
): string | undefined {
  const { members, succeeded, failed } = tally;
  if (gates.errors !== undefined && failed > gates.errors) {
    return `${failed} devices failed, ${gates.errors} may`;
  }
  // So many that the share cannot be reached any more.
  const mayFail = (members * (100 - gates.success)) / 100;
  if (failed > mayFail + 1e-9) {
    return `${failed} of ${members} devices failed: ${gates.success} % success cannot be reached`;
  }
  const ended = succeeded + failed;
  if (tally.quiet && ended > 0 && succeeded * 100 < gates.success * ended - 1e-9) {
    return `${succeeded} of ${ended} devices succeeded, ${gates.success} % must`;
  }
  if (gates.control.enabled && control === 'stop') {
    return 'updated devices fail more often than those that wait';
  }
  for (const [index, { expr, most }] of gates.expressions.entries()) {
    const measure = measures[index];
    if (measure === undefined || measure.problem !== '') continue;
    if (measure.bad * 100 > most * measure.of + 1e-9) {
      return `${measure.bad} of ${measure.of} updated devices: ${expr}`;
    }
  }
  return undefined;
}

/** Whether enough of its devices have ended for the soak time to begin. */
export function hasEnded(
  { ended }: Gates,
  { members, succeeded, failed, quiet }: StageTally,
): boolean {
  if (!quiet) return false;
  return members === 0 || ((succeeded + failed) * 100 >= ended * members && succeeded + failed > 0);
}

/** At the end of the soak time; a person is asked after this. */
export function judge(gates: Gates, seen: Observations): Judgement {
  const why = alarm(gates, seen);
  if (why !== undefined) return { verdict: 'stop', why };
  const { soakedAt, tally, control, measures } = seen;
  if (soakedAt === undefined) return { verdict: 'wait', why: 'the soak time goes on' };
  if (!tally.quiet) return { verdict: 'wait', why: 'devices are on the way' };
  if (gates.control.enabled && control === 'inconclusive' && gates.control.inconclusive !== 'go') {
    const verdict = gates.control.inconclusive;
    return { verdict, why: 'the comparison with devices that wait has not decided' };
  }
  for (const [index, { expr }] of gates.expressions.entries()) {
    const measure = measures[index];
    if (measure !== undefined && measure.problem === '' && measure.at >= soakedAt) continue;
    const problem = measure?.problem ?? '';
    return {
      verdict: 'wait',
      why: problem === '' ? `not asked yet: ${expr}` : `${expr}: ${problem}`,
    };
  }
  return { verdict: 'go', why: '' };
}
