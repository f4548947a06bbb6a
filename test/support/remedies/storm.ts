/**
 * A machine whose checks fail at random and whose agent may die between any two steps, with a watch
 * over what its remedies do. Its own time counts while it is switched on, like a kernel's uptime.
 */
import type { RemedyConfig } from '../../../agent/config/remedies.ts';
import { areFree } from '../../../agent/core/remedies/claims.ts';
import type { Remedy } from '../../../agent/remedies/remedy.ts';
import { Remedying, type RemedyPlan } from '../../../agent/work/remedying.ts';
import type { ReportBody } from '../../../protocol/messages/report.ts';
import { FakeClock } from '../fake-clock.ts';
import { silentLog } from '../silent-log.ts';

export interface TryOptions {
  readonly claims: readonly string[];
}

export interface Outcome {
  readonly ok: boolean;
  readonly seconds: number;
}

interface StoredState {
  readonly current?: { readonly check: string };
  readonly checks: Readonly<Record<string, { readonly stopped: boolean }>>;
}

interface Running {
  readonly remedy: string;
  readonly claims: readonly string[];
}

export interface Told {
  readonly id: string;
  readonly report: ReportBody;
}

export interface Start {
  readonly remedy: string;
  readonly check: string;
  /** Machine time. */
  readonly at: number;
  end?: number;
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

export class Storm {
  readonly facts = new Map<string, string>();
  readonly told: Told[] = [];
  readonly events: { name: string; remedy: string; check: string }[] = [];
  readonly starts: Start[] = [];
  readonly wrong: string[] = [];
  quiet = false;
  /** What the task that runs works on. */
  taskClaims: readonly string[] | undefined;
  /** What declared tasks work on. */
  readonly tasks = new Map<string, readonly string[]>();
  diskFull = false;
  wasFull = false;
  /** Steps until the agent dies; 0: it lives. */
  dieIn = 0;
  dead = false;
  outcome: (start: number) => Outcome = () => ({ ok: true, seconds: 1 });
  clock = new FakeClock(5_000);
  remedying: Remedying;
  private plan: RemedyPlan;
  private running = new Set<Running>();
  private life = 0;
  private before = 0;
  private ids = 0;

  constructor(plan: RemedyPlan) {
    this.plan = plan;
    this.remedying = this.make();
  }

  /** Milliseconds for which the machine ran. */
  get now(): number {
    return this.before + this.clock.mono();
  }

  async start(): Promise<void> {
    void this.remedying.start();
    await this.pass(0);
  }

  /** Time passes; whatever begins at a timer goes as far as it can before the next one. */
  async pass(ms: number): Promise<void> {
    const { clock } = this;
    const end = clock.mono() + ms;
    for (;;) {
      await new Promise(setImmediate);
      const next = clock.next();
      if (next === undefined || next > end) break;
      await clock.advance(Math.max(0, next - clock.mono()));
    }
    await clock.advance(end - clock.mono());
  }

  /** Nothing of the old agent does anything any more; the machine may go down with it. */
  async revive(reboots: boolean): Promise<void> {
    this.life += 1;
    this.dead = false;
    this.dieIn = 0;
    this.running.clear();
    if (reboots) {
      this.before = this.now;
      this.clock = new FakeClock(5_000, Date.UTC(2000, 0, 1));
    }
    this.remedying = this.make();
    await this.start();
  }

  private make(): Remedying {
    const { clock, life } = this;
    const step = () => this.step(life);
    return new Remedying(
      {
        clock: { ...clockOf(clock), after: (ms, act) => clock.after(ms, () => this.in(life, act)) },
        log: silentLog,
        kinds: [this.kind(life)],
        quiet: () => this.quiet,
        taskClaims: () => this.taskClaims,
        claimsOfTask: (name) => this.tasks.get(name) ?? [],
        random: () => this.ids++ / 1e6,
        runner: { run: never },
        helper: { ask: never },
        runTask: never,
        facts: {
          get: (name) => this.facts.get(name),
          names: (group) => [...this.facts.keys()].filter((name) => name.startsWith(`${group}/`)),
          put: async (name, text) => {
            await step();
            if (this.diskFull) throw new Error('ENOSPC');
            this.facts.set(name, text);
            await step();
          },
          remove: async (name) => {
            await step();
            this.facts.delete(name);
          },
        },
        journal: {
          now: () => clock.wall(),
          event: async ({ name, attributes }) => {
            await step();
            const { remedy = '', check = '' } = attributes ?? {};
            this.events.push({ name, remedy, check });
          },
          report: async (id, report) => {
            await step();
            this.told.push({ id, report });
            await step();
          },
          result: never,
        },
      },
      this.plan,
    );
  }

  private kind(life: number): Remedy<unknown> {
    return {
      kind: 'mend',
      summary: '',
      schema: {},
      timeoutSeconds: 60,
      claims: (options) => (options as TryOptions).claims,
      run: async (options, { check, signal }) => {
        await this.step(life);
        const { claims } = options as TryOptions;
        const remedy = this.plan.checks[check] ?? '';
        const start = this.began(remedy, check, claims);
        const me = { remedy, claims };
        this.running.add(me);
        const { ok, seconds } = this.outcome(this.starts.length);
        const { clock } = this;
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => this.in(life, resolve), { once: true });
          clock.after(seconds * 1000, () => this.in(life, resolve));
        });
        start.end = this.now;
        this.running.delete(me);
        return { ok: ok && !signal.aborted, text: ok ? 'mended' : 'did not work' };
      },
    };
  }

  /** Everything that must hold at the moment in which a remedy begins to act. */
  private began(remedy: string, check: string, claims: readonly string[]): Start {
    const { now } = this;
    const config = this.plan.remedies[remedy] as RemedyConfig;
    const mine = this.starts.filter((one) => one.remedy === remedy);
    const recent = mine.filter(({ at }) => at > now - config.per);
    if (recent.length >= config.limit) this.wrong.push(`${remedy}: above its limit at ${now}`);
    const held = [...this.running].map((one) => one.claims);
    if (!areFree(claims, held)) this.wrong.push(`${remedy}: against another at ${now}`);
    if (this.quiet) this.wrong.push(`${remedy}: during an update`);
    const stored = this.facts.get(`remedies/${remedy}`) ?? '{}';
    const { state } = JSON.parse(stored) as { state?: StoredState };
    if (state?.current?.check !== check) this.wrong.push(`${remedy}: acts before it is durable`);
    if (state?.checks[check]?.stopped === true) this.wrong.push(`${remedy}: was stopped`);
    const start: Start = { remedy, check, at: now };
    this.starts.push(start);
    return start;
  }

  private in(life: number, act: () => void): void {
    if (this.life === life && !this.dead) act();
  }

  private step(life: number): Promise<void> {
    if (this.life !== life || this.dead) return never();
    if (this.dieIn > 0 && --this.dieIn === 0) {
      this.dead = true;
      return never();
    }
    return Promise.resolve();
  }
}

function clockOf(clock: FakeClock) {
  return { wall: () => clock.wall(), mono: () => clock.mono() };
}
