/** The commands that went to a device, and a way to send another. */
import type { ReportedView } from '../../core/views.ts';
import { askFirst } from '../ask-first.ts';
import { messageOf } from '../call.ts';
import { type Child, h, type View } from '../dom.ts';
import { Known } from '../one-device.ts';
import { button, note, section } from '../parts.ts';
import { type Refreshing, refreshing } from '../refreshing.ts';
import { showText } from '../show-text.ts';
import { Slot } from '../slot.ts';
import { type PlainColumn, plainTable } from '../table.ts';
import { COMMAND_COLUMNS, type Sent } from './command-columns.ts';
import { CommandFields } from './command-fields.ts';
import {
  type CommandTarget,
  cancelCommand,
  fetchCommands,
  fetchOutput,
  fetchTarget,
  type PageCommand,
  sendCommand,
} from './requests.ts';

const POLL_MS = 5_000;
/** Commands of the fleet that are looked through, and of them those that are looked up. */
const LAST = 200;
const SHOWN = 20;

export class DeviceCommands implements View {
  readonly element: HTMLElement;
  private readonly id: string;
  /** The selector that means this device alone. */
  private readonly own: string;
  private readonly slot = new Slot(h('div', {}));
  private readonly targets = new Known<CommandTarget | undefined>();
  private readonly live: Refreshing;
  private declared: ReportedView['declared'] = { checks: [], tasks: [], commands: [] };

  constructor(id: string) {
    this.id = id;
    // Not the id alone: a device may be called `all`.
    this.own = `device=${id}`;
    const send = button('Send a command…', 'send', () => this.ask());
    this.live = refreshing(POLL_MS, () => this.load());
    this.element = section(
      'Commands',
      h('div', { class: 'actions paging' }, send),
      this.live.failure,
      this.slot.element,
    );
  }

  /** What the device says that it obeys. */
  declare(declared: ReportedView['declared']): void {
    this.declared = declared;
  }

  close(): void {
    this.live.close();
  }

  private async load(): Promise<void> {
    const sent = await this.sent();
    const minute = Math.floor(Date.now() / 60_000);
    this.slot.show([sent, minute], () => [
      sent.length === 0
        ? note('No command of the last ones went to it.')
        : plainTable('Commands to this device, newest first', this.columns(), sent),
    ]);
  }

  private async sent(): Promise<readonly Sent[]> {
    const commands = (await fetchCommands(LAST)).filter((one) => this.mayConcern(one));
    const found = await Promise.all(
      commands.slice(0, SHOWN).map(async (command): Promise<readonly Sent[]> => {
        const { id, endedAt } = command;
        const ask = () => fetchTarget(id, this.id);
        const target = await this.targets.get(id, endedAt > 0, ask);
        return target === undefined ? [] : [{ command, target }];
      }),
    );
    return found.flat();
  }

  /** Those for one other device need not be looked up: one word alone is a device, or all of them. */
  private mayConcern({ selector }: PageCommand): boolean {
    if (selector === this.id || selector === this.own || selector === 'all') return true;
    return !/^(device=)?[a-z0-9-]+$/.test(selector);
  }

  private ask(): void {
    const fields = new CommandFields(this.declared);
    askFirst({
      title: `Send a command to ${this.id}`,
      content: [fields.element],
      verb: 'Send',
      act: async (signed) => {
        await sendCommand({ selector: this.own, ...fields.read() }, signed);
        this.live.now();
      },
    });
  }

  private columns(): readonly PlainColumn<Sent>[] {
    return [...COMMAND_COLUMNS, { title: 'Do', show: (one) => [this.actions(one)] }];
  }

  private actions({ command, target }: Sent): Child {
    const { id, name, selector } = command;
    const output = button(
      'Output',
      `output ${id}`,
      () => void this.output(id, name),
      `Output of ${name}`,
    );
    const own = selector === this.id || selector === this.own;
    const waits = target.state === 'waiting' || target.state === 'sent';
    const cancel =
      own && waits ? button('Cancel…', `cancel ${id}`, () => this.askCancel(id, name)) : undefined;
    return h('div', { class: 'actions' }, output, cancel);
  }

  private async output(id: string, name: string): Promise<void> {
    const text = await fetchOutput(id, this.id).catch(messageOf);
    showText(`Output of ${name}`, text === '' ? 'It put out nothing.' : text);
  }

  private askCancel(id: string, name: string): void {
    askFirst({
      title: `Cancel ${name}`,
      content: [h('p', {}, 'It is taken back, unless the device has begun.')],
      verb: 'Cancel it',
      grave: true,
      act: async ({ by }) => {
        await cancelCommand(id, by);
        this.live.now();
      },
    });
  }
}
