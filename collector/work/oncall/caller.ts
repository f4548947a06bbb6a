/** Tells every receiver that a ladder names, each at its own pace, until it has answered. */
import type { Ascent, Call } from '../../core/oncall/ladder.ts';
import type { Clock } from '../../ports.ts';

const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;

export interface CallerDeps {
  readonly clock: Clock;
  /** True when it is told. Must not reject. */
  tell(ascent: Ascent, call: Call): Promise<boolean>;
  answered(id: string, call: Call): Promise<void>;
}

interface Line {
  readonly failures: number;
  readonly notBefore: number;
}

export class Caller {
  private readonly deps: CallerDeps;
  private readonly busy = new Map<string, Promise<void>>();
  private readonly failed = new Map<string, Line>();

  constructor(deps: CallerDeps) {
    this.deps = deps;
  }

  /** Begins what is not under way; what failed waits for its time. */
  call(ascents: ReadonlyMap<string, Ascent>): void {
    const now = this.deps.clock.mono();
    const open = new Set<string>();
    for (const [id, ascent] of ascents) {
      for (const call of ascent.calls) {
        const name = `${call.key}\u0000${call.receiver}\u0000${call.over}`;
        open.add(name);
        if (this.busy.has(name) || (this.failed.get(name)?.notBefore ?? 0) > now) continue;
        const turn = this.run(name, id, ascent, call).finally(() => this.busy.delete(name));
        this.busy.set(name, turn);
      }
    }
    for (const name of this.failed.keys()) if (!open.has(name)) this.failed.delete(name);
  }

  async settled(): Promise<void> {
    await Promise.all(this.busy.values());
  }

  private async run(name: string, id: string, ascent: Ascent, call: Call): Promise<void> {
    if (await this.deps.tell(ascent, call)) {
      this.failed.delete(name);
      return this.deps.answered(id, call);
    }
    const failures = (this.failed.get(name)?.failures ?? 0) + 1;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
    this.failed.set(name, { failures, notBefore: this.deps.clock.mono() + wait });
  }
}
