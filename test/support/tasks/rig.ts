/** `Maintaining` over a clock that the test moves and sets, with executors that do as they are told. */
import { setImmediate } from 'node:timers/promises';
import { noCron } from '../../../agent/config/cron.ts';
import type { TaskConfig, TasksConfig } from '../../../agent/config/tasks.ts';
import { type ParseCron, scheduleOf } from '../../../agent/core/tasks/written.ts';
import type { Facts, Helper, HelperRequest, Journal } from '../../../agent/ports/caretaking.ts';
import type { Clock, Host } from '../../../agent/ports.ts';
import type { Task, TaskContext, TaskOutcome } from '../../../agent/tasks/task.ts';
import { Maintaining } from '../../../agent/work/maintaining/maintaining.ts';
import type { ReportBody } from '../../../protocol/messages/report.ts';
import { memoryFacts } from '../facts/memory-facts.ts';
import { FakeClock } from '../fake-clock.ts';
import { memoryHost } from '../memory-host.ts';
import { silentLog } from '../silent-log.ts';

export const GOOD: TaskOutcome = { ok: true, text: 'done', changes: ['a'], figures: { files: 1 } };
export const BAD: TaskOutcome = { ok: false, text: 'it broke', changes: [], figures: {} };

export type Executor = (context: TaskContext) => Promise<TaskOutcome>;

export type Written = Partial<Omit<TaskConfig, 'schedule'>> & {
  readonly schedule?: Parameters<typeof scheduleOf>[0];
  readonly zone?: string;
};

function taskConfig(written: Written = {}, parseCron: ParseCron = noCron): TaskConfig {
  const { schedule: asked = {}, zone = 'UTC', ...rest } = written;
  const schedule = scheduleOf(asked, zone, parseCron);
  return {
    ...{ kind: 'test', options: {}, enabled: true, root: false, jitter: 0, missed: 'run' },
    ...{ conditions: {}, priority: 0, timeout: 600_000, retries: { count: 0, delay: 300_000 } },
    ...(schedule === undefined ? {} : { schedule }),
    ...rest,
  } satisfies TaskConfig;
}

export function planOf(tasks: Readonly<Record<string, Written>>, cron?: ParseCron): TasksConfig {
  const made = Object.entries(tasks).map(([name, one]) => [name, taskConfig(one, cron)] as const);
  return { tasks: Object.fromEntries(made), metered: ['wwan*'] };
}

export interface Told extends ReportBody {
  readonly id: string;
}

export interface RigOptions {
  readonly start: number;
  readonly facts?: Facts;
  readonly journal?: Journal;
  readonly host?: Host;
  /** By the task's name. */
  readonly execute?: (name: string) => Executor;
  /** Operations of real files that are under way. */
  readonly busy?: () => boolean;
}

/** The machine: it stays while the agent on it is started and killed. */
export class Rig {
  readonly time: FakeClock;
  readonly clock: Clock;
  readonly reports: Told[] = [];
  readonly events: string[] = [];
  readonly asked: HelperRequest[] = [];
  /** Name and wall time of each beginning of an executor. */
  readonly begun: { readonly name: string; readonly at: number }[] = [];
  helperAnswer: Awaited<ReturnType<Helper['ask']>> = { ok: true, text: 'done', outcome: GOOD };
  held = false;
  /** Claims that a remedy holds. */
  remedies: readonly string[] = [];
  trusted = true;
  execute: (name: string) => Executor;
  readonly #options: RigOptions;
  readonly #facts: Facts;
  #step = 0;
  #random = 0;

  constructor(options: RigOptions) {
    this.#options = options;
    this.#facts = options.facts ?? memoryFacts();
    this.execute = options.execute ?? (() => () => Promise.resolve(GOOD));
    this.time = new FakeClock(0, options.start);
    this.clock = {
      wall: () => this.time.wall() + this.#step,
      mono: () => this.time.mono(),
      after: (ms, action) => this.time.after(ms, action),
    };
  }

  /** The wall clock is set. */
  set(by: number): void {
    this.#step += by;
  }

  /** An agent; the one before is stopped by the test, or is as good as killed by `off`. */
  agent(plan: TasksConfig, facts = this.#facts): Maintaining {
    const world = {
      host: this.#options.host ?? memoryHost({}),
      runner: { run: () => Promise.reject(new Error('no programs here')) },
      upkeep: {} as TaskContext['upkeep'],
      ...{ folder: '/etc/muster', data: '/data', device: 'device-1', collectorUrl: undefined },
    };
    return new Maintaining(
      {
        ...{ clock: this.clock, log: silentLog, facts, world },
        journal: this.#options.journal ?? this.journal(),
        helper: { ask: (request) => this.#ask(request) },
        load: (kind) => Promise.resolve(this.#task(kind)),
        random: () => (this.#random = (this.#random + 0.377) % 1),
        trusted: () => this.trusted,
        held: () => this.held,
        inTheWay: (claims) => claims.some((claim) => this.remedies.includes(claim)),
      },
      plan,
    );
  }

  journal(): Journal {
    return {
      now: () => this.clock.wall(),
      event: ({ name }) => Promise.resolve(void this.events.push(name)),
      report: (id, report) => Promise.resolve(void this.reports.push({ id, ...report })),
      result: () => Promise.resolve(),
    };
  }

  /** Moves on, timer by timer, with everything that follows from each. */
  async advance(ms: number): Promise<void> {
    const end = this.time.mono() + ms;
    for (;;) {
      await this.settle();
      const next = this.time.next();
      if (next === undefined || next > end) break;
      await this.time.advance(Math.max(0, next - this.time.mono()));
    }
    await this.time.advance(end - this.time.mono());
    await this.settle();
  }

  async settle(): Promise<void> {
    const { busy = () => false } = this.#options;
    for (let quiet = 0; quiet < 3; quiet++) {
      await setImmediate();
      if (busy()) quiet = 0;
    }
  }

  /** `name:state`, and where there was more than one the attempt. */
  told(): string[] {
    return this.reports.map(
      ({ name, state, attempt }) => `${name}:${state}${attempt === 1 ? '' : `:${attempt}`}`,
    );
  }

  async #ask(request: HelperRequest) {
    this.asked.push(request);
    return Promise.resolve(this.helperAnswer);
  }

  #task(kind: string): Task {
    if (kind === 'nothing') throw new Error('there is no such kind');
    return {
      ...{ kind, summary: '', schema: {}, timeoutSeconds: 1, root: false },
      run: (_, context) => {
        this.begun.push({ name: context.name, at: this.clock.wall() });
        return this.execute(context.name)(context);
      },
    };
  }
}

/** Takes so long by the test's clock, and heeds being told to stop. */
export function lasting(ms: number, outcome: TaskOutcome = GOOD): Executor {
  return ({ clock, signal }) =>
    new Promise((resolve, reject) => {
      clock.after(ms, () => resolve(outcome));
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
}

/** Never ends, whatever it is told. */
export const hanging: Executor = () => new Promise(() => undefined);
