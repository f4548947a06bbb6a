/** The fields of a command that is to be sent: which, with what, and for how long it holds. */
import type { ReportedView } from '../../core/views.ts';
import { h } from '../dom.ts';
import type { CommandDraft } from './requests.ts';

type Declared = ReportedView['declared'];

interface Field {
  readonly name: string;
  readonly label: string;
  readonly optional?: boolean;
  /** What may be chosen; without it, anything can be written. */
  readonly from?: (declared: Declared) => readonly string[];
}

const FIELDS: Readonly<Record<string, readonly Field[]>> = {
  'run-check': [{ name: 'check', label: 'Check', from: ({ checks }) => checks }],
  'run-task': [
    { name: 'task', label: 'Task', from: ({ tasks }) => tasks },
    { name: 'dryRun', label: 'Dry run', from: () => ['false', 'true'] },
  ],
  'cancel-task': [{ name: 'task', label: 'Task', from: ({ tasks }) => tasks }],
  'collect-logs': [
    { name: 'unit', label: 'Unit', optional: true },
    { name: 'file', label: 'or file', optional: true },
    { name: 'lines', label: 'Lines', optional: true },
  ],
};

export class CommandFields {
  readonly element: HTMLElement;
  private readonly declared: Declared;
  private readonly command: HTMLSelectElement;
  private readonly deadline = h('input', {
    id: 'deadline',
    class: 'field',
    type: 'text',
    value: '10m',
  });
  private readonly place = h('div', {});
  private inputs = new Map<string, HTMLInputElement | HTMLSelectElement>();

  constructor(declared: Declared) {
    this.declared = declared;
    this.command = chooser('command', declared.commands);
    this.command.addEventListener('change', () => this.suit());
    const none = 'This device declares no command that it obeys.';
    this.element = h(
      'div',
      {},
      declared.commands.length === 0 ? h('p', {}, none) : undefined,
      h('label', { for: 'command' }, 'Command'),
      this.command,
      this.place,
      h('label', { for: 'deadline' }, 'Holds for'),
      this.deadline,
    );
    this.suit();
  }

  /** Throws what is missing, for people. */
  read(): Omit<CommandDraft, 'selector'> {
    if (this.command.value === '') throw new Error('Choose a command first.');
    const given = Array.from(this.inputs, ([name, { value }]) => [name, value.trim()] as const);
    const args = Object.fromEntries(given.filter(([, value]) => value !== ''));
    for (const { name, label, optional } of this.fields()) {
      if (optional !== true && args[name] === undefined) throw new Error(`${label} is missing.`);
    }
    return { name: this.command.value, args, deadline: this.deadline.value.trim() };
  }

  private fields(): readonly Field[] {
    return FIELDS[this.command.value] ?? [];
  }

  private suit(): void {
    this.inputs = new Map();
    this.place.replaceChildren();
    for (const { name, label, from } of this.fields()) {
      const id = `arg-${name}`;
      const options = from?.(this.declared);
      const input =
        options === undefined
          ? h('input', { id, class: 'field', type: 'text' })
          : chooser(id, options);
      this.inputs.set(name, input);
      this.place.append(h('label', { for: id }, label), input);
    }
  }
}

function chooser(id: string, options: readonly string[]): HTMLSelectElement {
  return h(
    'select',
    { id, class: 'field' },
    ...options.map((one) => h('option', { value: one }, one)),
  );
}
