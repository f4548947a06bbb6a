/** What the agent says of itself in its retained `state`. */
import { encodeState, MAX_EPOCHS } from '../../protocol/messages/state.ts';
import { VERSION } from '../../protocol/version.ts';
import type { Clock, RecordBuffer } from '../ports.ts';

export interface PresenceDeps {
  readonly clock: Clock;
  readonly buffer: RecordBuffer;
  readonly boot: string;
  /** First 64 bits of the hashed machine id, in hexadecimal. */
  readonly machine: string;
  readonly heartbeatMs: () => number;
  readonly labels: () => Readonly<Record<string, string>>;
}

/** What this version can be asked to do. */
const CAPABILITIES = [
  'samples',
  'events',
  'health',
  'tasks',
  'desired',
  'flags',
  'commands',
] as const;

export class Presence {
  private readonly deps: PresenceDeps;
  private facts: ReadonlyMap<string, string> = new Map();

  constructor(deps: PresenceDeps) {
    this.deps = deps;
  }

  setFacts(facts: ReadonlyMap<string, string>): void {
    this.facts = facts;
  }

  /** The payload for a session; with `online` false it is the will and the good-bye. */
  state(session: string, online: boolean): Uint8Array {
    if (!online) return encodeState({ online, session });
    const { clock, buffer, boot, machine, heartbeatMs, labels } = this.deps;
    return encodeState({
      online,
      session,
      agentVersion: VERSION,
      // Older ones are delivered all the same: the collector knows them by their batches.
      epochs: buffer.epochs().slice(-MAX_EPOCHS),
      capabilities: CAPABILITIES,
      boot,
      wall: Math.round(clock.wall()),
      machine,
      heartbeatSeconds: Math.round(heartbeatMs() / 1000),
      labels: new Map(Object.entries(labels())),
      facts: this.facts,
    });
  }
}
