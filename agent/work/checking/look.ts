/**
 * One run of one check, which ends in time whatever the check does. One that does not stop when it
 * is told to is left behind and not started again before it comes back.
 */
import type { CheckContext, CheckFinding } from '../../checks/check.ts';
import type { Moment } from '../../core/checks/moment.ts';
import { isGood } from '../../core/checks/verdict.ts';
import type { Cancel, Clock } from '../../ports.ts';
import type { Run, Watched } from './watched.ts';

/** What a check is given besides its options, but for what belongs to the one run. */
export type CheckWorld = Omit<CheckContext, 'signal' | 'timeoutMs' | 'memory'>;

/** So long a check has, once told to stop, to say what it saw. */
const STOPPING_MS = 500;
const MOST_TEXT = 300;

/** Shared by all runs of one checking: what is to be told when it stops. */
export interface Stopping {
  stopped: boolean;
  readonly running: Set<AbortController>;
}

type Outcome = { readonly finding: CheckFinding } | { readonly error: unknown };

export async function look(
  world: CheckWorld,
  watched: Watched,
  now: () => Moment,
  stopping: Stopping,
): Promise<Run> {
  const began = now();
  const { flight, plan } = watched;
  const { check, config } = plan;
  if (flight.since !== undefined) {
    const seconds = Math.round((began.mono - flight.since) / 1000);
    return ended(began, began, failure(`still hangs in a run of ${seconds} s ago`));
  }
  if (stopping.stopped)
    return ended(began, began, { state: 'unknown', text: 'did not run: the agent stops' });
  const controller = new AbortController();
  stopping.running.add(controller);
  flight.since = began.mono;
  const context = {
    ...world,
    // Made when it is asked for: most checks have nothing to close.
    get signal() {
      return controller.signal;
    },
    timeoutMs: config.timeout,
    memory: watched.memory,
  };
  const answer = outcomeOf(() => check.run(config.options, context));
  void answer.then(() => {
    flight.since = undefined;
    stopping.running.delete(controller);
  });
  const finding = await inTime(world.clock, config.timeout, answer, controller);
  return ended(began, now(), finding);
}

async function outcomeOf(run: () => Promise<CheckFinding>): Promise<Outcome> {
  try {
    return { finding: await run() };
  } catch (error) {
    return { error };
  }
}

async function inTime(
  clock: Clock,
  timeoutMs: number,
  answer: Promise<Outcome>,
  controller: AbortController,
): Promise<CheckFinding> {
  const first = await within(clock, timeoutMs, answer);
  if (first !== undefined) return 'finding' in first ? first.finding : unclear(first.error);
  const late = `no answer within ${timeoutMs / 1000} s`;
  controller.abort(new Error(late));
  const last = await within(clock, STOPPING_MS, answer);
  if (last === undefined) return failure(`${late}, and the check does not stop`);
  // What it saw until then may say more than that it took too long, but that is a failure all the same.
  const isTelling = 'finding' in last && !isGood(last.finding.state);
  return isTelling ? { ...last.finding, state: 'critical' } : failure(late);
}

/** `undefined` when it takes longer. */
async function within<T>(clock: Clock, ms: number, answer: Promise<T>): Promise<T | undefined> {
  let cancel: Cancel = () => undefined;
  const timeout = new Promise<undefined>((resolve) => {
    cancel = clock.after(ms, () => resolve(undefined));
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    cancel();
  }
}

function failure(text: string): CheckFinding {
  return { state: 'critical', text };
}

function unclear(error: unknown): CheckFinding {
  return { state: 'unknown', text: error instanceof Error ? error.message : String(error) };
}

function ended(began: Moment, end: Moment, finding: CheckFinding): Run {
  const text = finding.text.replaceAll(/\s+/g, ' ').trim().slice(0, MOST_TEXT);
  return { finding: { ...finding, text }, durationMs: end.mono - began.mono, began };
}
