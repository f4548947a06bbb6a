/**
 * One run of one check, which ends in time whatever the check does. One that does not stop when it
 * is told to is left behind and not started again before it comes back.
 */
import { type CheckFinding, type CheckWorld, Sight } from '../../checks/check.ts';
import type { Moment } from '../../core/checks/moment.ts';
import { isGood } from '../../core/checks/verdict.ts';
import type { Slot } from './slots.ts';
import type { PlannedCheck, Run, Watched } from './watched.ts';

/** So long a check has, once told to stop, to say what it saw. */
const STOPPING_MS = 500;
const MOST_TEXT = 300;

/** Shared by all runs of one checking: what is to be told when it stops. */
export interface Stopping {
  stopped: boolean;
  /** An array: a set that empties and fills leaves a table behind each time. */
  readonly running: { end(): void }[];
}

export function look(
  world: CheckWorld,
  watched: Watched,
  now: () => Moment,
  stopping: Stopping,
  slot: Slot,
): Promise<Run> {
  const began = now();
  const { flight, plan, memory } = watched;
  if (flight.since !== undefined) {
    const seconds = Math.round((began.mono - flight.since) / 1000);
    const text = `still hangs in a run of ${seconds} s ago`;
    return Promise.resolve(ended(began, began.mono, failure(text)));
  }
  if (stopping.stopped) {
    const finding: CheckFinding = { state: 'unknown', text: 'did not run: the agent stops' };
    return Promise.resolve(ended(began, began.mono, finding));
  }
  const sight = new Sight(world, plan.config.timeout, memory);
  stopping.running.push(sight);
  flight.since = began.mono;
  return new Promise((resolve) => {
    const end = (finding: CheckFinding) => resolve(ended(began, world.clock.mono(), finding));
    let isLate = false;
    const late = `no answer within ${sight.timeoutMs / 1000} s`;
    // Told to stop, it may still say what it saw.
    slot.alarm(sight.timeoutMs, () => {
      isLate = true;
      slot.alarm(STOPPING_MS, () => end(failure(`${late}, and the check does not stop`)));
      sight.end();
    });
    // This may come long after its time, or never.
    const over = () => {
      flight.since = undefined;
      stopping.running.splice(stopping.running.indexOf(sight), 1);
    };
    begun(plan, sight).then(
      (finding) => {
        over();
        end(isLate ? lateFinding(finding, late) : finding);
      },
      (error: unknown) => {
        over();
        end(isLate ? failure(late) : unclear(error));
      },
    );
  });
}

/** A check that throws before it promises anything is like one that rejects. */
function begun({ check, config }: PlannedCheck, sight: Sight): Promise<CheckFinding> {
  try {
    return check.run(config.options, sight);
  } catch (error) {
    return Promise.reject(error as Error);
  }
}

/** What it saw until then may say more than that it took too long, but that is a failure all the same. */
function lateFinding(finding: CheckFinding, late: string): CheckFinding {
  return isGood(finding.state) ? failure(late) : { ...finding, state: 'critical' };
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
