/**
 * Child processes: `Runner` of `ports/caretaking.ts`.
 *
 * Each program leads a process group of its own, so that what it started is stopped with it. Once
 * it has ended by itself nothing waits for those it left behind, even if they hold its pipes open;
 * they are let live, since a program may be meant to start another (an init script).
 */
import type { Runner, RunOptions, RunResult } from '../ports/caretaking.ts';
import type { Ending } from '../ports/probing.ts';
import { KeptOutput } from './kept-output.ts';
import { type Child, type Command, launch, signalGroup } from './process-group.ts';

export interface RunnerOptions {
  /** Programs at once; more wait for their turn. */
  readonly most?: number;
  /** From SIGTERM to SIGKILL. */
  readonly killAfterMs?: number;
}

const MOST = 4;
const KILL_AFTER_MS = 5_000;
const KEEP_BYTES = 16_384;
/** For output that was written before the end and is not read yet. */
const DRAIN_MS = 500;
const LOOK_MS = 50;
/** setTimeout takes no more than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const NOT_STARTED: RunResult = {
  code: undefined,
  signal: undefined,
  timedOut: false,
  stdout: '',
  stderr: '',
  tail: '',
};

export function createRunner(options: RunnerOptions = {}): Runner {
  const { most = MOST, killAfterMs = KILL_AFTER_MS } = options;
  const places = new Places(most);
  return {
    async run(command, runOptions) {
      const { signal, ending = endingOf(signal) } = runOptions;
      if (!(await places.take(ending))) return { ...NOT_STARTED, refused: 'ABORTED' };
      try {
        return await new Run(runOptions, ending, killAfterMs).start(command);
      } finally {
        places.give();
      }
    },
  };
}

const NEVER: Ending = { isOver: false, whenOver: () => () => undefined };

function endingOf(signal: AbortSignal | undefined): Ending {
  if (signal === undefined) return NEVER;
  return {
    get isOver() {
      return signal.aborted;
    },
    whenOver(stop) {
      signal.addEventListener('abort', stop, { once: true });
      return () => signal.removeEventListener('abort', stop);
    },
  };
}

/** So many at once; who comes later waits in line. */
class Places {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  /** `false`: it was over before its turn came, and it has no place. */
  take(ending: Ending): Promise<boolean> {
    if (ending.isOver) return Promise.resolve(false);
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const called = () => {
        forget();
        resolve(true);
      };
      const forget = ending.whenOver(() => {
        this.#line.splice(this.#line.indexOf(called), 1);
        resolve(false);
      });
      this.#line.push(called);
    });
  }

  give(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

/** One program from its start until it and, if it was stopped, its whole group is gone. */
class Run {
  readonly #options: RunOptions;
  readonly #ending: Ending;
  readonly #killAfterMs: number;
  readonly #kept: KeptOutput;
  readonly #timers = new Set<NodeJS.Timeout>();
  #timedOut = false;
  /** The group was told to stop. */
  #stopping = false;
  #killed = false;

  constructor(options: RunOptions, ending: Ending, killAfterMs: number) {
    this.#options = options;
    this.#ending = ending;
    this.#killAfterMs = killAfterMs;
    this.#kept = new KeptOutput(options.keepBytes ?? KEEP_BYTES);
  }

  async start(command: Command): Promise<RunResult> {
    const started = await launch(command, this.#options);
    if (!started.ok) return { ...NOT_STARTED, refused: started.why };
    const { child } = started;
    this.#listen(child, 'stdout');
    this.#listen(child, 'stderr');
    const stop = () => this.#stop(child);
    this.#after(this.#options.timeoutMs, () => {
      this.#timedOut = true;
      stop();
    });
    const forget = this.#ending.whenOver(stop);
    if (this.#ending.isOver) stop();
    try {
      return await this.#ended(child);
    } finally {
      forget();
      for (const timer of this.#timers) clearTimeout(timer);
    }
  }

  #listen(child: Child, name: 'stdout' | 'stderr'): void {
    child[name].on('data', (piece: Buffer) => {
      const text = this.#kept.add(name, piece);
      if (text !== '') this.#options.output?.(text);
    });
    // A pipe that breaks ends like one that is closed.
    child[name].on('error', () => undefined);
  }

  #stop(child: Child): void {
    if (this.#stopping || child.exitCode !== null || child.signalCode !== null) return;
    this.#stopping = true;
    signalGroup(child, 'SIGTERM');
    this.#after(this.#killAfterMs, () => {
      this.#killed = true;
      signalGroup(child, 'SIGKILL');
    });
  }

  async #ended(child: Child): Promise<RunResult> {
    let isClosed = false;
    const closed = new Promise<void>((resolve) => {
      child.once('close', () => {
        isClosed = true;
        resolve();
      });
    });
    const [code, signal] = await new Promise<readonly [number | null, string | null]>((resolve) => {
      child.once('exit', (...how) => resolve(how));
    });
    if (this.#stopping) await this.#groupGone(child);
    if (!isClosed) await Promise.race([closed, this.#pause(DRAIN_MS)]);
    child.stdout.destroy();
    child.stderr.destroy();
    return {
      code: code ?? undefined,
      signal: signal ?? undefined,
      timedOut: this.#timedOut,
      stdout: this.#kept.head('stdout'),
      stderr: this.#kept.head('stderr'),
      tail: this.#kept.tail(),
    };
  }

  /** The leader is gone; whoever else is in the group gets the rest of its time, no more. */
  async #groupGone(child: Child): Promise<void> {
    while (!this.#killed && signalGroup(child, 0)) await this.#pause(LOOK_MS);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#after(ms, resolve);
    });
  }

  #after(ms: number, action: () => void): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        action();
      },
      Math.min(ms, LONGEST_TIMER_MS),
    );
    this.#timers.add(timer);
  }
}
