/** Everything about the fleet's wishes as the HTTP side sees it. */
import { COMMAND_LIMITS } from '../../../protocol/messages/command.ts';
import type { FlagValue } from '../../../protocol/messages/tree.ts';
import type { Target } from '../../core/fleet/command.ts';
import { selectable } from '../../core/fleet/device.ts';
import type { Difference } from '../../core/fleet/diff.ts';
import { type Evaluation, evaluate, type Flag, readyFlag } from '../../core/fleet/flags.ts';
import type { Layer } from '../../core/fleet/layers.ts';
import {
  matches,
  parseSelector,
  printSelector,
  SelectorError,
  soleDevice,
} from '../../core/fleet/selector.ts';
import { compareText } from '../../core/text.ts';
import type { ReportView } from '../../core/views.ts';
import type { FleetHistory } from '../../ports/fleet.ts';
import type { FleetDevices } from '../../ports/fleet-commands.ts';
import {
  type CampaignView,
  type CommandDraft,
  type CommandEvent,
  type DesiredSummary,
  type DesiredView,
  type DeviceCommandView,
  type FlagDraft,
  FleetError,
  type FleetView,
  type FollowQuery,
  type LayerDraft,
  type Signed,
  type TargetQuery,
  type TaskView,
} from '../../ports/fleet-desk.ts';
import type { Clock } from '../../ports.ts';
import type { Commands } from './commands.ts';
import type { DesiredStates } from './desired.ts';
import { summarizeDesired, viewDesired } from './desired-views.ts';
import type { Flags } from './flags.ts';
import type { Layers } from './layers.ts';
import { listTasks } from './tasks.ts';

export interface FleetDeskDeps {
  readonly clock: Clock;
  readonly devices: FleetDevices;
  readonly layers: Layers;
  readonly flags: Flags;
  readonly desired: DesiredStates;
  readonly commands: Commands;
  readonly history: FleetHistory;
  readonly breathe: () => Promise<void>;
}

const SLICE = 2_000;
const LONGEST_MS = 30 * 86_400_000;

export class FleetDesk implements FleetView {
  private readonly deps: FleetDeskDeps;

  constructor(deps: FleetDeskDeps) {
    this.deps = deps;
  }

  async preview(selector: string, limit: number) {
    const found = await this.select(selector);
    return { total: found.length, devices: found.slice(0, limit) };
  }

  layers(): readonly Layer[] {
    return this.deps.layers.all();
  }

  layer(id: string): Layer {
    return this.deps.layers.get(id);
  }

  putLayer(id: string, draft: LayerDraft): Promise<Layer> {
    return this.deps.layers.put(id, draft);
  }

  deleteLayer(id: string, who: Signed): Promise<void> {
    return this.deps.layers.delete(id, who);
  }

  layerHistory(id: string): Promise<readonly Layer[]> {
    return this.deps.layers.history(id);
  }

  layerDiff(id: string, from: number, to: number): Promise<readonly Difference[]> {
    return this.deps.layers.diff(id, from, to);
  }

  revertLayer(id: string, version: number, who: Signed): Promise<Layer> {
    return this.deps.layers.revert(id, version, who);
  }

  desired(device: string): DesiredView {
    return viewDesired(this.deps.desired, this.device(device));
  }

  desiredSummary(limit: number): Promise<DesiredSummary> {
    const { desired, devices, breathe } = this.deps;
    return summarizeDesired(desired, devices, limit, breathe);
  }

  flags(): readonly Flag[] {
    return this.deps.flags.all();
  }

  flag(name: string): Flag {
    return this.deps.flags.get(name);
  }

  putFlag(name: string, draft: FlagDraft): Promise<Flag> {
    return this.deps.flags.put(name, draft);
  }

  deleteFlag(name: string, who: Signed): Promise<void> {
    return this.deps.flags.delete(name, who);
  }

  flagHistory(name: string): Promise<readonly Flag[]> {
    return this.deps.flags.history(name);
  }

  killFlag(name: string, killed: boolean, who: Signed): Promise<Flag> {
    return this.deps.flags.kill(name, killed, who);
  }

  async shareFlag(name: string, rule: number, share: number, who: Signed): Promise<Flag> {
    return this.deps.flags.share(name, rule, share, who);
  }

  evaluateFlag(name: string, device: string): Evaluation {
    return evaluate(readyFlag(this.flag(name)), selectable(this.device(device)));
  }

  async flagCounts(name: string) {
    const ready = readyFlag(this.flag(name));
    const counts = new Map<FlagValue, number>();
    let seen = 0;
    for (const device of this.deps.devices.all()) {
      if (++seen % SLICE === 0) await this.deps.breathe();
      const { value } = evaluate(ready, selectable(device));
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return Array.from(counts, ([value, devices]) => ({ value, devices }));
  }

  async send(draft: CommandDraft): Promise<CampaignView> {
    const { selector, forMs, name, args, by, comment } = draft;
    const problem = draftProblem(draft);
    if (problem !== undefined) throw new FleetError('invalid', problem);
    const devices = await this.select(selector);
    const deadline = Math.round(this.deps.clock.wall()) + forMs;
    const shown = printSelector(parseSelector(selector));
    const order = { selector: shown, name, args, by, comment, deadline };
    return this.deps.commands.post(order, devices);
  }

  commands(limit: number): readonly CampaignView[] {
    return this.deps.commands.list(limit);
  }

  commandsOf(device: string, limit: number): Promise<readonly DeviceCommandView[]> {
    return this.deps.commands.listOf(device, limit);
  }

  follow(query: FollowQuery): Promise<(signal: AbortSignal) => AsyncIterable<CommandEvent>> {
    return this.deps.commands.follow(query);
  }

  command(id: string): CampaignView {
    return this.deps.commands.get(id);
  }

  targets(id: string, query: TargetQuery): Promise<readonly Target[]> {
    return this.deps.commands.targets(id, query);
  }

  async output(id: string, device: string): Promise<string> {
    return this.deps.commands.output(id, device);
  }

  cancelCommand(id: string, by: string): Promise<CampaignView> {
    return this.deps.commands.cancel(id, by);
  }

  tasks(): Promise<readonly TaskView[]> {
    return listTasks(this.deps);
  }

  async taskRuns(
    name: string,
    device: string | undefined,
    limit: number,
  ): Promise<readonly ReportView[]> {
    const query = { subject: 'task', name, limit, ...(device !== undefined && { device }) };
    return (await this.deps.history.reports(query)).entries;
  }

  /** Ids in order, looked for in slices. */
  private async select(text: string): Promise<readonly string[]> {
    const selector = readSelector(text);
    const { devices, breathe } = this.deps;
    const sole = soleDevice(selector);
    const one = sole === undefined ? undefined : devices.get(sole);
    if (sole !== undefined) {
      return one !== undefined && matches(selector, selectable(one)) ? [one.id] : [];
    }
    const found: string[] = [];
    let seen = 0;
    for (const device of devices.all()) {
      if (++seen % SLICE === 0) await breathe();
      if (matches(selector, selectable(device))) found.push(device.id);
    }
    return found.sort(compareText);
  }

  private device(id: string) {
    const found = this.deps.devices.get(id);
    if (found === undefined) throw new FleetError('unknown', `no device has the id ${id}`);
    return found;
  }
}

function readSelector(text: string) {
  try {
    return parseSelector(text);
  } catch (error) {
    if (error instanceof SelectorError) throw new FleetError('invalid', error.message);
    throw error;
  }
}

function draftProblem({ name, args, forMs, by }: CommandDraft): string | undefined {
  const { nameBytes, args: most, argBytes, byBytes } = COMMAND_LIMITS;
  if (Buffer.byteLength(name) > nameBytes) return `name: longer than ${nameBytes} bytes`;
  if (Buffer.byteLength(by) > byBytes) return `by: longer than ${byBytes} bytes`;
  const entries = Object.entries(args);
  if (entries.length > most) return `args: ${entries.length}, ${most} at most`;
  const long = entries.find((pair) => pair.some((text) => Buffer.byteLength(text) > argBytes));
  if (long !== undefined) return `args.${long[0].slice(0, 40)}: longer than ${argBytes} bytes`;
  if (forMs > 0 && forMs <= LONGEST_MS) return undefined;
  return 'deadline: between now and 30 days from now';
}
