/** Looks from time to time at what the device is made of. */
import type { Cancel, Clock, Host, Log } from '../ports.ts';

export interface InventoryDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly host: Host;
  readonly everyMs: () => number;
  readonly found: (facts: ReadonlyMap<string, string>) => void;
}

/** The first one waits until the start is over: it runs child processes. */
const FIRST_MS = 5_000;

export class InventoryRounds {
  private readonly deps: InventoryDeps;
  private timer: Cancel = () => undefined;

  constructor(deps: InventoryDeps) {
    this.deps = deps;
  }

  start(): void {
    this.schedule(FIRST_MS);
  }

  stop(): void {
    this.timer();
  }

  private schedule(delayMs: number): void {
    const { clock, log, everyMs } = this.deps;
    this.timer = clock.after(delayMs, () => {
      this.schedule(everyMs());
      this.take().catch((error: unknown) => log.warn('inventory failed', { error: String(error) }));
    });
  }

  /** Loaded when it is wanted: with its package it is larger than all else. */
  private async take(): Promise<void> {
    const { factsOf, readInventory } = await import('../io/inventory.ts');
    this.deps.found(factsOf(await readInventory(this.deps.host)));
  }
}
