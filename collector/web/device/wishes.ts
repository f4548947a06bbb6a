/** What is wanted of a device beside what it says that it runs: packages, configuration, flags. */
import type { DeviceView, ReportedView } from '../../core/views.ts';
import { type Child, h } from '../dom.ts';
import { note, section } from '../parts.ts';
import { refreshing } from '../refreshing.ts';
import { type DeviceRollout, fetchDeviceRollouts } from '../rollouts/requests.ts';
import { Slot } from '../slot.ts';
import { DeviceCommands } from './commands.ts';
import { configuration } from './configuration.ts';
import { flagsTable } from './flags.ts';
import { packagesTable } from './packages.ts';
import { fetchDesired, type PageDesired } from './requests.ts';
import { rolloutsTable } from './rollouts.ts';

const POLL_MS = 10_000;
const LAST_ROLLOUTS = 10;

export class Wishes {
  readonly element: HTMLElement;
  private readonly id: string;
  private readonly slot = new Slot(h('div', { class: 'wishes' }));
  private readonly stops: (() => void)[] = [];
  private commands: DeviceCommands | undefined;
  private reported: ReportedView | undefined;
  private desired: PageDesired | undefined;
  private rollouts: readonly DeviceRollout[] = [];

  constructor(id: string) {
    this.id = id;
    this.element = h('div', { class: 'wishes' }, this.slot.element);
  }

  /** A device that never said what it runs has nothing to do with any of this. */
  show({ reported }: DeviceView): void {
    this.reported = reported;
    if (reported === undefined) {
      this.draw();
      return;
    }
    if (this.commands === undefined) this.begin();
    this.commands?.declare(reported.declared);
    this.draw();
  }

  close(): void {
    for (const stop of this.stops) stop();
  }

  private begin(): void {
    this.commands = new DeviceCommands(this.id);
    const wishes = refreshing(POLL_MS, async () => {
      this.desired = await fetchDesired(this.id);
      this.draw();
    });
    const rollouts = refreshing(POLL_MS, async () => {
      this.rollouts = await fetchDeviceRollouts(this.id, LAST_ROLLOUTS);
      this.draw();
    });
    const { commands } = this;
    this.element.append(wishes.failure, rollouts.failure, commands.element);
    for (const one of [wishes, rollouts, commands]) this.stops.push(() => one.close());
  }

  private draw(): void {
    const { reported, desired, rollouts } = this;
    const minute = Math.floor(Date.now() / 60_000);
    this.slot.show([reported, desired, rollouts, minute], () => this.content());
  }

  private content(): readonly Child[] {
    const { reported, desired, rollouts } = this;
    if (reported === undefined) {
      return [section('Configuration', note('This device has not said what it runs.'))];
    }
    return [
      section('Packages', packagesTable(reported, desired)),
      rollouts.length === 0 ? undefined : section('Rollouts', rolloutsTable(rollouts)),
      desired && section('Configuration', ...configuration(desired, reported)),
      desired && section('Flags', flagsTable(desired, reported)),
    ];
  }
}
