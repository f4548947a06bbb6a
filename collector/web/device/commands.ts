/** The commands that went to a device, and a way to send another. */
import type { ReportedView } from '../../core/views.ts';
import { askFirst } from '../ask-first.ts';
import { messageOf } from '../call.ts';
import { type Child, h, type View } from '../dom.ts';
import { button, note, section } from '../parts.ts';
import { type Refreshing, refreshing } from '../refreshing.ts';
import { showText } from '../show-text.ts';
import { Slot } from '../slot.ts';
import { type PlainColumn, plainTable } from '../table.ts';
import { COMMAND_COLUMNS } from './command-columns.ts';
import { CommandFields } from './command-fields.ts';
import {
  cancelCommand,
  fetchCommands,
  fetchOutput,
  followCommands,
  type Sent,
  sendCommand,
} from './requests.ts';

const POLL_MS = 5_000;
const SHOWN = 20;
const NOTHING = 'It put out nothing.';

export class DeviceCommands implements View {
  readonly element: HTMLElement;
  private readonly id: string;
  /** The selector that means this device alone. */
  private readonly own: string;
  private readonly slot = new Slot(h('div', {}));
  private readonly live: Refreshing;
  private closed = false;
  /** Open while something is under way: a browser has few connections. */
  private unfollow: (() => void) | undefined;
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
    this.closed = true;
    this.live.close();
    this.follow(false);
  }

  private async load(): Promise<void> {
    const sent = await fetchCommands(this.id, SHOWN);
    this.follow(sent.some(({ target }) => target.endedAt === 0));
    const minute = Math.floor(Date.now() / 60_000);
    this.slot.show([sent, minute], () => [
      sent.length === 0
        ? note('No command of the last ones went to it.')
        : plainTable('Commands to this device, newest first', this.columns(), sent),
    ]);
  }

  private follow(going: boolean): void {
    if (going && !this.closed) {
      this.unfollow ??= followCommands({ device: this.id }, () => this.live.now());
    } else {
      this.unfollow?.();
      this.unfollow = undefined;
    }
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

  private actions(sent: Sent): Child {
    const { id, name, selector, target } = sent;
    const output = button(
      'Output',
      `output ${id}`,
      () => void this.output(sent),
      `Output of ${name}`,
    );
    const own = selector === this.id || selector === this.own;
    const waits = target.state === 'waiting' || target.state === 'sent';
    const cancel =
      own && waits ? button('Cancel…', `cancel ${id}`, () => this.askCancel(id, name)) : undefined;
    return h('div', { class: 'actions' }, output, cancel);
  }

  /** What it has put out, and what it puts out while that is looked at. */
  private async output({ id, name, target }: Sent): Promise<void> {
    const text = await fetchOutput(id, this.id).catch(messageOf);
    const title = `Output of ${name}`;
    if (target.endedAt > 0) {
      showText(title, text || NOTHING);
      return;
    }
    const pieces: string[] = [];
    const query = { command: id, device: this.id, output: 'true' };
    const stop = followCommands(query, ({ kind, data }) => {
      if (kind === 'output') pieces[data.part] = data.output;
      else if (data.endedAt > 0) stop();
      const end = kind === 'device' && data.endedAt > 0 ? NOTHING : 'Nothing yet.';
      show(pieces.join('') || end);
    });
    const show = showText(title, text || 'Nothing yet.', stop);
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
