/** What the fleet's processes tell each other, and what one may ask of the bench. */

export const TROUBLES = ['late', 'offline', 'restart', 'clock'] as const;
export type Trouble = (typeof TROUBLES)[number];

/** The collector's own, or Debian's mosquitto beside it with the limits of deploy/mosquitto. */
export const BROKERS = ['embedded', 'mosquitto'] as const;
export type BrokerKind = (typeof BROKERS)[number];

export interface FleetOptions {
  readonly devices: number;
  readonly series: number;
  readonly rows: number;
  /** Between two rows of one device. At `--rate max` it is the distance of their timestamps only. */
  readonly intervalMs: number;
  readonly seconds: number;
  /** Not measured at the begin. */
  readonly warmSeconds: number;
  readonly processes: number;
  readonly max: boolean;
  /** Messages of one device that may be unacknowledged at once. */
  readonly window: number;
  readonly markers: number;
  readonly troubles: readonly Trouble[];
  /** Kill the collector after the measurement and see how long until everybody is back. */
  readonly restart: boolean;
  readonly profile: boolean;
  readonly json: boolean;
  /** Seconds between two rows of figures of a soak; without, none is drawn. */
  readonly sampleSeconds?: number;
  /** At `--rate max`: what so many hours brought, as history, and no more. */
  readonly backlogHours?: number;
  /** The number of the first device, for a second fleet beside another. */
  readonly firstDevice?: number;
  /** In a soak: an agent beside the fleet. */
  readonly agent?: boolean;
  readonly broker?: BrokerKind;
}

/** A worker's part of the fleet. */
export interface WorkerSettings extends FleetOptions {
  readonly mqttPort: number;
  readonly worker: number;
}

export type Command =
  | { readonly do: 'connect' | 'run' | 'calm' | 'hold' | 'end' }
  | { readonly do: 'report'; readonly reset: boolean };

export interface Counts {
  sent: number;
  sentPoints: number;
  sentBytes: number;
  resent: number;
  acked: number;
  ackedPoints: number;
  /** Messages of marker devices that were acknowledged. */
  ackedMarkers: number;
  acks: number;
  needs: number;
  connects: number;
  disconnects: number;
  /** Connections that failed before they were of use. */
  failures: number;
  /** Records that a simulated reinstallation threw away. */
  dropped: number;
  /** Sampling came later than planned: the simulator itself was the limit. */
  lagMs: number;
}

export interface Status {
  readonly kind: 'status';
  readonly online: number;
  readonly held: number;
  /** UTC milliseconds when the latest device came online. */
  readonly lastOnlineAt: number;
}

export interface Report {
  readonly kind: 'report';
  readonly counts: Counts;
  readonly ackLatency: readonly number[];
}

export function newCounts(): Counts {
  return {
    sent: 0,
    sentPoints: 0,
    sentBytes: 0,
    resent: 0,
    acked: 0,
    ackedPoints: 0,
    ackedMarkers: 0,
    acks: 0,
    needs: 0,
    connects: 0,
    disconnects: 0,
    failures: 0,
    dropped: 0,
    lagMs: 0,
  };
}
