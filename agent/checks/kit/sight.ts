/** What one run of a check is given, and how it is told that its time is over. */
import type { Ending } from '../../ports/probing.ts';
import type { CheckContext } from '../check.ts';

/** What a check is given besides its options, but for what belongs to the one run. */
export type CheckWorld = Omit<CheckContext, 'ending' | 'signal' | 'timeoutMs' | 'memory'>;

/** Its signal is made when it is asked for: most checks have nothing to close, or close a socket. */
export class Sight implements CheckContext, Ending {
  readonly host: CheckContext['host'];
  readonly clock: CheckContext['clock'];
  readonly runner: CheckContext['runner'];
  readonly prober: CheckContext['prober'];
  readonly folder: string;
  readonly timeoutMs: number;
  readonly memory: CheckContext['memory'];
  #controller: AbortController | undefined;
  #reason: Error | undefined;
  readonly #stops = new Set<() => void>();

  constructor(
    { host, clock, runner, prober, folder }: CheckWorld,
    timeoutMs: number,
    memory: CheckContext['memory'],
  ) {
    this.host = host;
    this.clock = clock;
    this.runner = runner;
    this.prober = prober;
    this.folder = folder;
    this.timeoutMs = timeoutMs;
    this.memory = memory;
  }

  get ending(): Ending {
    return this;
  }

  get isOver(): boolean {
    return this.#reason !== undefined;
  }

  whenOver(stop: () => void): () => void {
    this.#stops.add(stop);
    return () => this.#stops.delete(stop);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    for (const stop of this.#stops) stop();
    this.#stops.clear();
  }
}
