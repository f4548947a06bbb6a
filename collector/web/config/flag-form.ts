/** A flag as it can be set, as JSON. */
import type { Tree } from '../../../protocol/messages/tree.ts';
import { askFirst } from '../ask-first.ts';
import { messageOf } from '../call.ts';
import { h, setText } from '../dom.ts';
import { JsonField } from './json-field.ts';
import { type PageFlag, putFlag } from './requests.ts';

const EXAMPLE: Tree = {
  type: 'boolean',
  description: '',
  default: false,
  rules: [{ selector: 'all', value: true, share: 10 }],
};

export class FlagForm {
  readonly element: HTMLElement;
  private readonly name = h('input', { id: 'flag-name', class: 'field', type: 'text' });
  private readonly content = new JsonField('flag-content', 'Definition (JSON)', 14);
  private readonly failure = h('p', { class: 'failure', role: 'alert' });
  private readonly saved: (name: string) => void;
  private planned = false;

  /** Without `name`, it is asked for: the flag is new. */
  constructor(name: string | undefined, saved: (name: string) => void) {
    this.saved = saved;
    this.name.value = name ?? '';
    this.content.set(EXAMPLE);
    this.element = h(
      'form',
      { class: 'form', novalidate: true, onsubmit: (event) => this.ask(event) },
      name === undefined
        ? h('div', {}, h('label', { for: 'flag-name' }, 'Flag'), this.name)
        : undefined,
      this.content.element,
      h(
        'p',
        { class: 'quiet' },
        'The first rule counts whose selector matches and whose share has the device. A plan moves ' +
          'one share: ',
        h(
          'code',
          {},
          '"plan": { "rule": 0, "steps": [{ "share": 1, "for": "1h" }, { "share": 100 }] }',
        ),
      ),
      this.failure,
      h('div', { class: 'buttons' }, h('button', { type: 'submit', class: 'main' }, 'Set flag…')),
    );
  }

  show({ type, description, default: value, off, rules, plan }: PageFlag): void {
    const shown = rules.map((rule) => ({ ...rule }));
    this.content.set({ type, description, default: value, off, rules: shown });
    this.planned = plan !== undefined && plan.state !== 'done';
  }

  private ask(event: Event): void {
    event.preventDefault();
    try {
      const name = this.name.value.trim();
      if (name === '') throw new Error('Name the flag first.');
      const draft = this.content.read();
      setText(this.failure, '');
      const ends = this.planned && draft['plan'] === undefined;
      const warning = ends ? 'Its plan ends: shares stay as they are written here.' : undefined;
      askFirst({
        title: `Set the flag ${name}`,
        content: [h('p', {}, 'All devices get the new values.'), warning && h('p', {}, warning)],
        verb: 'Set',
        act: async (signed) => {
          await putFlag(name, draft, signed);
          this.saved(name);
        },
      });
    } catch (error) {
      setText(this.failure, messageOf(error));
    }
  }
}
