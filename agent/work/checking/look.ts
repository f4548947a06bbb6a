/**
 * One run of one check, which ends in time whatever the check does. One that does not stop when it
 * is told to is left behind and not started again before it comes back.
 */
import type { CheckContext, CheckFinding } from '../../checks/check.ts';
import type { Moment } from '../../core/checks/moment.ts';
import { isGood } from '../../core/checks/verdict.ts';
import type { Clock } from '../../ports.ts';
import type { Run, Watched } from './watched.ts';

/** What a check is given besides its options, but for what belongs to the one run. */
export type CheckWorld = Omit<CheckContext, 'signal' | 'timeoutMs' | 'memory'>;

/** So long a check has, once told to stop, to say what it saw. */
const STOPPING_MS = 500;
const MOST_TEXT = 300;

/** Shared by all runs of one checking: what is to be told when it stops. */
export interface Stopping {
  stopped: boolean;
  readonly running: Set<{ abort(reason: Error): void }>;
}

type Outcome = { readonly finding: CheckFinding } | { readonly error: unknown };

/** What one run is given. Its signal is made when it is asked for: most checks have nothing to close. */
class Sight implements CheckContext {
  readonly host: CheckContext['host'];
  readonly clock: Clock;
  readonly runner: CheckContext['runner'];
  readonly prober: CheckContext['prober'];
  readonly folder: string;
  readonly timeoutMs: number;
  readonly memory: CheckContext['memory'];
  #controller: AbortController | undefined;
  #reason: Error | undefined;

  constructor({ host, clock, runner, prober, folder }: CheckWorld, { plan, memory }: Watched) {
    this.host = host;
    this.clock = clock;
    this.runner = runner;
    this.prober = prober;
    this.folder = folder;
    this.timeoutMs = plan.config.timeout;
    this.memory = memory;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    this.#reason ??= reason;
    this.#controller?.abort(reason);
  }
}

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
  const sight = new Sight(world, watched);
  stopping.running.add(sight);
  flight.since = began.mono;
  const answer = outcomeOf(() => check.run(config.options, sight)).finally(() => {
    flight.since = undefined;
    stopping.running.delete(sight);
  });
  const finding = await inTime(answer, sight);
  return ended(began, now(), finding);
}

async function outcomeOf(run: () => Promise<CheckFinding>): Promise<Outcome> {
  try {
    return { finding: await run() };
  } catch (error) {
    return { error };
  }
}

/** What it said in time; told to stop then, it may still say what it saw. */
function inTime(answer: Promise<Outcome>, sight: Sight): Promise<CheckFinding> {
  const { clock, timeoutMs } = sight;
  const late = `no answer within ${timeoutMs / 1000} s`;
  return new Promise((resolve) => {
    let isLate = false;
    let cancel = clock.after(timeoutMs, () => {
      isLate = true;
      cancel = clock.after(STOPPING_MS, () =>
        resolve(failure(`${late}, and the check does not stop`)),
      );
      sight.abort(new Error(late));
    });
    void answer.then((outcome) => {
      cancel();
      resolve(isLate ? lateFinding(outcome, late) : findingOf(outcome));
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

function ended(began: Moment, end: Moment, finding: CheckFinding): Run {
  const text = oneLine(finding.text);
  return {
    finding: text === finding.text ? finding : { ...finding, text },
    durationMs: end.mono - began.mono,
    began,
  };
}

/** Most texts are one line already, which costs less to see than to make. */
function oneLine(text: string): string {
  if (text.length <= MOST_TEXT && !/[^\S ]| {2}|^ | $/.test(text)) return text;
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, MOST_TEXT);
}
