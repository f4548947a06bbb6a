/**
 * Stands for updates before they are loaded: takes what is wanted, and says what others must know of
 * them (whether one is under way, so that nothing else begins).
 */
import type { ReportedPackage } from '../../protocol/messages/reported.ts';
import { isOpen } from '../core/tasks/window.ts';
import { readUpdate } from '../core/updates/stored.ts';
import { isOver, type UpdateState } from '../core/updates/table.ts';
import type { Cancel } from '../ports.ts';
import type { WantedPackage } from '../work/updating.ts';
import type { Updates, UpdatesDeps } from './updates.ts';

export interface UpdateDeskDeps extends Omit<UpdatesDeps, 'holds'> {
  /** A task or a remedy runs; in words. */
  readonly busy: () => string | undefined;
}

/** While one of these is under way, the machine is the update's. */
const TOUCHES: readonly UpdateState[] = ['installing', 'switching', 'probing', 'rolling-back'];
/** A disk that is full, or a folder that may not be written, may be well again. */
const AGAIN_MS = 60_000;
const NO_UPDATER = 'no packages are wanted, and none is installed';

export class UpdateDesk {
  private readonly deps: UpdateDeskDeps;
  /** `undefined` until somebody says. */
  private wanted: readonly WantedPackage[] | undefined;
  private updates: Updates | undefined;
  private loading: Promise<void> | undefined;
  private again: Cancel = () => undefined;
  private isStopped = false;

  constructor(deps: UpdateDeskDeps) {
    this.deps = deps;
  }

  /** The configuration in force is another, or the agent starts. */
  async follow(): Promise<void> {
    if (this.updates !== undefined) return this.updates.follow();
    if (!this.isNeeded() || this.isStopped) return;
    this.loading ??= this.load()
      .catch((error: unknown) => {
        this.tryAgain();
        throw error;
      })
      .finally(() => {
        this.loading = undefined;
      });
    await this.loading;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.again();
    await this.loading?.catch(() => undefined);
    await this.updates?.stop();
  }

  async want(packages: readonly WantedPackage[]): Promise<void> {
    this.wanted = packages;
    // Loading ends with what was wanted last.
    if (this.updates === undefined) return this.follow();
    void this.updates.want(packages);
  }

  packages(): readonly ReportedPackage[] {
    return this.updates?.packages() ?? [];
  }

  directed(): number | undefined {
    return this.updates?.directed;
  }

  /** An update is under way: no remedy begins. */
  get isUnderWay(): boolean {
    const state = this.state();
    return state !== undefined && !isOver(state);
  }

  /** It changes what runs: no task begins. */
  get hasMachine(): boolean {
    const state = this.state();
    return state !== undefined && TOUCHES.includes(state);
  }

  async updateNow(): Promise<{ readonly ok: boolean; readonly text: string }> {
    if (!this.deps.config().updates.enabled) return { ok: false, text: 'updates.enabled is false' };
    return (await this.updates?.now()) ?? { ok: true, text: NO_UPDATER };
  }

  /** For people. */
  async status() {
    const { updates, collector } = this.deps.config();
    const { enabled, window, trust, mirror } = updates;
    const settings = { enabled, window: window?.name, trust, mirror, collector: collector.url };
    const { wanted = [] } = this;
    return { ...settings, ...((await this.updates?.status()) ?? { wanted }) };
  }

  private isNeeded(): boolean {
    const { facts, config } = this.deps;
    if (facts.names('packages').length > 0 || this.state() !== undefined) return true;
    return config().updates.enabled && (this.wanted ?? []).length > 0;
  }

  private async load(): Promise<void> {
    const { Updates } = await import('./updates.ts');
    const updates = await Updates.open({ ...this.deps, holds: () => this.holds() });
    if (this.isStopped) return;
    this.updates = updates;
    void updates.start();
    if (this.wanted !== undefined) void updates.want(this.wanted);
  }

  private tryAgain(): void {
    const { clock, log } = this.deps;
    this.again();
    if (this.isStopped) return;
    this.again = clock.after(AGAIN_MS, () => {
      this.follow().catch((error: unknown) =>
        log.error('updates could not be started', { error: String(error) }),
      );
    });
  }

  private holds(): string | undefined {
    const { config, clock, clockTrusted, busy } = this.deps;
    const { enabled, window } = config().updates;
    if (!enabled) return 'updates.enabled is false';
    if (window !== undefined) {
      if (!clockTrusted())
        return `the time is not known, and with it whether window ${window.name} is open`;
      if (!isOpen(window, clock.wall())) return `window ${window.name} is closed`;
    }
    return busy();
  }

  /** From the disk: it holds from the first moment of a start on. */
  private state(): UpdateState | undefined {
    const text = this.deps.facts.get('updates/current');
    if (text === undefined) return undefined;
    return readUpdate(text)?.state;
  }
}
