/** What one may set about the embedded broker, and its defaults. */
import { LIMITS } from '../../../protocol/limits.ts';
import { type Access, loopbackAccess } from '../../core/access.ts';
import type { Clock, Log } from '../../ports.ts';
import { systemClock } from '../clock.ts';

export interface BrokerOptions {
  readonly listen: ListenAt | readonly ListenAt[];
  readonly limits?: Partial<BrokerLimits>;
  /** Default: what suits a listener that only this machine reaches. */
  readonly access?: Access;
  readonly log?: Log;
  readonly clock?: Clock;
}

export interface ListenAt {
  readonly host: string;
  /** 0 lets the system choose; `stats().listening` tells. */
  readonly port: number;
  readonly tls?: {
    readonly key: string | Uint8Array;
    readonly cert: string | Uint8Array;
    /** With it, only clients with a certificate of this authority are let in. */
    readonly ca?: string | Uint8Array;
  };
}

export interface BrokerLimits {
  /** Largest body of a PUBLISH. */
  readonly packetBytes: number;
  /** Largest of all others, and of any before CONNECT was accepted: strangers get little memory. */
  readonly connectBytes: number;
  /** Per client, filters counted as messages; over it, the client is not read for a while. */
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  /** Silence after which a client that asked for no keep-alive is let go. */
  readonly keepaliveMs: number;
  /** A packet that was begun must be complete by then. */
  readonly packetMs: number;
  /** Bytes of incomplete packets over all clients; beyond it the largest ones are closed. */
  readonly partialBytes: number;
  /** Bytes that wait for one client to read them; beyond it the client is disconnected. */
  readonly queuedBytes: number;
  /** For as long may a client not read at all while something waits for it. */
  readonly drainMs: number;
  /** Messages of one client, and bytes of all, that `receive` has not answered yet. */
  readonly pendingMessages: number;
  readonly pendingBytes: number;
  /** The same of history: its senders are not read meanwhile, so this bounds memory alone. */
  readonly pendingHistoryBytes: number;
  /** Filters of one client; also how many it may ask for at once, and ten a second after that. */
  readonly subscriptions: number;
  readonly retainedMessages: number;
  readonly retainedBytes: number;
  /** Of one device, all its sites together. */
  readonly retainedPerDevice: number;
}

const DEFAULTS: BrokerLimits = {
  // Topic and packet id come before the payload.
  packetBytes: LIMITS.payloadBytes + 1024,
  connectBytes: 65_536,
  messagesPerSecond: 2_000,
  bytesPerSecond: 8 * 1_048_576,
  connections: 20_000,
  connectTimeoutMs: 10_000,
  keepaliveMs: 20 * 60_000,
  packetMs: 120_000,
  partialBytes: 64 * 1_048_576,
  queuedBytes: 4 * 1_048_576,
  drainMs: 30_000,
  pendingMessages: 256,
  pendingBytes: 32 * 1_048_576,
  pendingHistoryBytes: 128 * 1_048_576,
  subscriptions: 100,
  retainedMessages: 400_000,
  retainedBytes: 256 * 1_048_576,
  retainedPerDevice: 16,
};

export interface BrokerSettings {
  readonly listen: readonly ListenAt[];
  readonly limits: BrokerLimits;
  readonly access: Access;
  readonly log: Log | undefined;
  readonly clock: Clock;
}

export function brokerSettings(options: BrokerOptions): BrokerSettings {
  return {
    listen: 'host' in options.listen ? [options.listen] : options.listen,
    limits: { ...DEFAULTS, ...options.limits },
    access: options.access ?? loopbackAccess,
    log: options.log,
    clock: options.clock ?? systemClock,
  };
}
