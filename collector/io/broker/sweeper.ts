/**
 * Lets go of clients that have fallen silent: one pass a second over all of them, instead of a
 * timer for each.
 *
 * aedes' own keep-alive would disconnect a client whose packets wait because we do not read them.
 */
import type { Cancel, Clock } from '../../ports.ts';
import type { Connection } from './connection.ts';
import type { BrokerLimits } from './options.ts';

const EVERY_MS = 1_000;

export class Sweeper {
  readonly #connections: ReadonlySet<Connection>;
  readonly #limits: BrokerLimits;
  readonly #clock: Clock;
  #cancel: Cancel | undefined;

  constructor(connections: ReadonlySet<Connection>, limits: BrokerLimits, clock: Clock) {
    this.#connections = connections;
    this.#limits = limits;
    this.#clock = clock;
  }

  start(): void {
    this.#cancel = this.#clock.after(EVERY_MS, () => {
      this.#sweep(this.#clock.mono());
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  #sweep(now: number): void {
    for (const connection of this.#connections) {
      // Before CONNECT aedes' own timeout holds.
      if (connection.waits || connection.rights === undefined) continue;
      const { partialSince } = connection;
      if (now - connection.lastPacketAt > connection.keepaliveMs) connection.refuse('keep-alive');
      else if (partialSince !== undefined && now - partialSince > this.#limits.packetMs) {
        connection.refuse('packet-timeout');
      }
    }
  }
}
