/** Layers, desired states, flags, commands and tasks as the HTTP side sees them. */
import type { WantedPackage } from '../../protocol/messages/desired.ts';
import type { RefusedPath, ReportedPackage } from '../../protocol/messages/reported.ts';
import type { FlagValue, Tree } from '../../protocol/messages/tree.ts';
import type { Counts, Target, TargetState } from '../core/fleet/command.ts';
import type { Contribution } from '../core/fleet/composer.ts';
import type { Difference } from '../core/fleet/diff.ts';
import type { OnFailure, PlanStep } from '../core/fleet/flag-plan.ts';
import type { Evaluation, Flag, FlagContent } from '../core/fleet/flags.ts';
import type { Layer } from '../core/fleet/layers.ts';
import type { ReportView } from '../core/views.ts';
import type { TaskTally } from './fleet.ts';

/** A request that cannot be done as it stands; the message is for people. */
export class FleetError extends Error {
  readonly code: 'invalid' | 'unknown';

  constructor(code: FleetError['code'], message: string) {
    super(message);
    this.name = 'FleetError';
    this.code = code;
  }
}

/** In whose name something is changed, and why. */
export interface Signed {
  readonly by: string;
  readonly comment: string;
}

export interface LayerDraft extends Signed {
  readonly config: Tree;
  readonly selector?: string;
  readonly priority?: number;
  readonly share?: number;
  readonly enabled?: boolean;
}

export interface FlagDraft extends Signed, Omit<FlagContent, 'killed' | 'plan'> {
  readonly plan?: {
    readonly rule: number;
    readonly steps: readonly PlanStep[];
    readonly maxUnhealthy: number;
    readonly onFailure?: OnFailure;
  };
}

/** How far a device is: `unasked` when nothing is wanted of it. */
export type DesiredState = 'unasked' | 'pending' | 'trying' | 'applied' | 'refused' | 'rolled-back';

export interface DesiredView {
  readonly device: string;
  readonly state: DesiredState;
  /** 0 while nothing was wanted. */
  readonly version: number;
  readonly issuedAt: number;
  readonly config: Tree;
  readonly flags: Readonly<Record<string, FlagValue>>;
  /** What rollouts want of it. */
  readonly packages: readonly WantedPackage[];
  readonly layers: readonly Contribution[];
  /** Why it cannot be published; empty when it can. */
  readonly problem: string;
  readonly reported?: {
    readonly version: number;
    readonly seen: number;
    readonly outcome: string;
    readonly problems: readonly RefusedPath[];
    readonly restartNeeded: readonly string[];
    readonly config: string;
    readonly packages: readonly ReportedPackage[];
  };
  /** Flags that the device has otherwise than wanted. */
  readonly differences: readonly Difference[];
}

export interface DesiredSummary {
  readonly counts: Readonly<Record<DesiredState, number>>;
  /** Devices that refused or took back, at most so many as asked for. */
  readonly troubled: readonly {
    readonly device: string;
    readonly state: DesiredState;
    readonly problems: readonly RefusedPath[];
  }[];
}

export interface CommandDraft extends Signed {
  readonly selector: string;
  readonly name: string;
  readonly args: Readonly<Record<string, string>>;
  readonly forMs: number;
}

export interface CampaignView extends Signed {
  readonly id: string;
  readonly selector: string;
  readonly name: string;
  readonly args: Readonly<Record<string, string>>;
  /** UTC milliseconds; `endedAt` is 0 while devices are awaited. */
  readonly issuedAt: number;
  readonly deadline: number;
  readonly endedAt: number;
  readonly cancelledBy: string;
  readonly total: number;
  readonly counts: Counts;
  /** Of those that ended; absent while none has. */
  readonly successRate?: number;
}

export interface TargetQuery {
  readonly state?: TargetState;
  readonly after: string;
  readonly limit: number;
}

/** A command beside how far one of its devices is. */
export interface DeviceCommandView extends CampaignView {
  readonly target: Target;
}

/** What is followed: a command, what goes to a device, or one command on one device. */
export interface FollowQuery {
  readonly command?: string;
  readonly device?: string;
  /** With what devices put out. */
  readonly output: boolean;
}

/** How a command goes on; what is told is durable. */
export type CommandEvent = { readonly command: string } & (
  | { readonly kind: 'command'; readonly data: CampaignView }
  | { readonly kind: 'device'; readonly data: Target }
  | {
      readonly kind: 'output';
      /** Pieces follow each other by `part`; one may come twice. */
      readonly data: { readonly device: string; readonly part: number; readonly output: string };
    }
);

export interface TaskView {
  readonly task: string;
  /** Devices that declare it. */
  readonly devices: number;
  /** Its runs of the last 7 days; absent when there was none. */
  readonly runs?: TaskTally;
}

export interface FleetView {
  preview(selector: string, limit: number): Promise<{ total: number; devices: readonly string[] }>;

  layers(): readonly Layer[];
  layer(id: string): Layer;
  putLayer(id: string, draft: LayerDraft): Promise<Layer>;
  deleteLayer(id: string, who: Signed): Promise<void>;
  layerHistory(id: string): Promise<readonly Layer[]>;
  layerDiff(id: string, from: number, to: number): Promise<readonly Difference[]>;
  revertLayer(id: string, version: number, who: Signed): Promise<Layer>;

  desired(device: string): DesiredView;
  desiredSummary(limit: number): Promise<DesiredSummary>;

  flags(): readonly Flag[];
  flag(name: string): Flag;
  putFlag(name: string, draft: FlagDraft): Promise<Flag>;
  deleteFlag(name: string, who: Signed): Promise<void>;
  flagHistory(name: string): Promise<readonly Flag[]>;
  killFlag(name: string, killed: boolean, who: Signed): Promise<Flag>;
  shareFlag(name: string, rule: number, share: number, who: Signed): Promise<Flag>;
  evaluateFlag(name: string, device: string): Evaluation;
  flagCounts(name: string): Promise<readonly { value: FlagValue; devices: number }[]>;

  send(draft: CommandDraft): Promise<CampaignView>;
  commands(limit: number): readonly CampaignView[];
  /** Those that went to a device, newest first. */
  commandsOf(device: string, limit: number): Promise<readonly DeviceCommandView[]>;
  command(id: string): CampaignView;
  targets(id: string, query: TargetQuery): Promise<readonly Target[]>;
  output(id: string, device: string): Promise<string>;
  /**
   * First how it is now, then each change until what is followed is over. Changes that its reader
   * has not asked for yet are told once, as they are then.
   */
  follow(query: FollowQuery): Promise<(signal: AbortSignal) => AsyncIterable<CommandEvent>>;
  cancelCommand(id: string, by: string): Promise<CampaignView>;

  tasks(): Promise<readonly TaskView[]>;
  taskRuns(task: string, device: string | undefined, limit: number): Promise<readonly ReportView[]>;
}
