/**
 * One run of one check, which ends in time whatever the check does. One that does not stop when it
 * is told to is left behind and not started again before it comes back.
 */
import { type CheckFinding, type CheckWorld, Sight } from '../../checks/check.ts';
import type { Moment } from '../../core/checks/moment.ts';
import { isGood } from '../../core/checks/verdict.ts';
import type { Run, Watched } from './watched.ts';

/** So long a check has, once told to stop, to say what it saw. */
const STOPPING_MS = 500;
const MOST_TEXT = 300;

/** Shared by all runs of one checking: what is to be told when it stops. */
export interface Stopping {
  stopped: boolean;
  readonly running: Set<{ abort(reason: Error): void }>;
}

type Outcome = { readonly finding: CheckFinding } | { readonly error: unknown };

export async function look(
  world: CheckWorld,
  watched: Watched,
  now: () => Moment,
  stopping: Stopping,
): Promise<Run> {
  const began = now();
  const { flight, plan, memory } = watched;
  if (flight.since !== undefined) {
    const seconds = Math.round((began.mono - flight.since) / 1000);
    return ended(began, began.mono, failure(`still hangs in a run of ${seconds} s ago`));
  }
  if (stopping.stopped)
    return ended(began, began.mono, { state: 'unknown', text: 'did not run: the agent stops' });
  const sight = new Sight(world, plan.config.timeout, memory);
  const finding = await inTime(answerOf(watched, sight, began, stopping), sight);
  return ended(began, world.clock.mono(), finding);
}

/** It may come long after its time, or never. */
async function answerOf(
  { flight, plan }: Watched,
  sight: Sight,
  began: Moment,
  stopping: Stopping,
): Promise<Outcome> {
  stopping.running.add(sight);
  flight.since = began.mono;
  try {
    return { finding: await plan.check.run(plan.config.options, sight) };
  } catch (error) {
    return { error };
  } finally {
    flight.since = undefined;
    stopping.running.delete(sight);
  }
}

/** What it said in time; told to stop then, it may still say what it saw. */
function inTime(answer: Promise<Outcome>, sight: Sight): Promise<CheckFinding> {
  const { clock, timeoutMs } = sight;
  const late = () => `no answer within ${timeoutMs / 1000} s`;
  return new Promise((resolve) => {
    let isLate = false;
    let cancel = clock.after(timeoutMs, () => {
      isLate = true;
      cancel = clock.after(STOPPING_MS, () =>
        resolve(failure(`${late()}, and the check does not stop`)),
      );
      sight.abort(new Error(late()));
    });
    void answer.then((outcome) => {
      cancel();
      resolve(isLate ? lateFinding(outcome, late()) : findingOf(outcome));
    });
  });
}

function findingOf(outcome: Outcome): CheckFinding {
  return 'finding' in outcome ? outcome.finding : unclear(outcome.error);
}

/** What it saw until then may say more than that it took too long, but that is a failure all the same. */
function lateFinding(outcome: Outcome, late: string): CheckFinding {
  const isTelling = 'finding' in outcome && !isGood(outcome.finding.state);
  return isTelling ? { ...outcome.finding, state: 'critical' } : failure(late);
}

function failure(text: string): CheckFinding {
  return { state: 'critical', text };
}

function unclear(error: unknown): CheckFinding {
  return { state: 'unknown', text: error instanceof Error ? error.message : String(error) };
}

function ended(began: Moment, endMono: number, finding: CheckFinding): Run {
  const text = oneLine(finding.text);
  return {
    finding: text === finding.text ? finding : { ...finding, text },
    durationMs: endMono - began.mono,
    began,
  };
}

/** Most texts are one line already, which costs less to see than to make. */
function oneLine(text: string): string {
  if (text.length <= MOST_TEXT && !/[^\S ]| {2}|^ | $/.test(text)) return text;
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, MOST_TEXT);
}
