/** What layers, flags, commands and tasks ask of the rest of the collector. */
import type { ReportBody } from '../../protocol/messages/report.ts';
import type { Reported } from '../../protocol/messages/reported.ts';
import type { Device } from '../core/device.ts';

/** What a device last said that it runs. */
export interface ReportedSource {
  reported(device: string): Reported | undefined;
}

/** Overall health as the device judges it; `undefined` while it is not known. */
export type DeviceHealth = (device: string) => 'healthy' | 'degraded' | 'unhealthy' | undefined;

export interface FleetDevices {
  readonly size: number;
  get(id: string): Device | undefined;
  all(): Iterable<Device>;
}

export interface TaskRun extends ReportBody {
  readonly device: string;
  readonly id: string;
}

/** Runs of tasks that devices reported. */
export interface TaskRuns {
  /** The last run of each task of a device. */
  last(device: string): ReadonlyMap<string, TaskRun>;
  /** Newest first. */
  history(of: {
    readonly task: string;
    readonly device?: string;
    readonly limit: number;
  }): Promise<readonly TaskRun[]>;
}
