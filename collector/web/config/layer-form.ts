/** A layer as it can be changed: its content as JSON, for whom, and for how many of them. */
import { plural } from '../../core/present.ts';
import { askFirst } from '../ask-first.ts';
import { messageOf } from '../call.ts';
import { h, setText } from '../dom.ts';
import { button } from '../parts.ts';
import { JsonField } from './json-field.ts';
import { numberOf } from './number-of.ts';
import { type LayerDraft, type PageLayer, previewSelector, putLayer } from './requests.ts';

const SOME = 20;

export class LayerForm {
  readonly element: HTMLElement;
  private readonly id = field(
    'layer-id',
    'text',
    'fleet, site:berlin, selector:canary, device:pi-1',
  );
  private readonly selector = field('layer-selector', 'text', 'ring in (canary,early)');
  private readonly priority = field('layer-priority', 'number', '0');
  private readonly share = field('layer-share', 'number', '100');
  private readonly enabled = h('input', { id: 'layer-enabled', type: 'checkbox', checked: true });
  private readonly config = new JsonField(
    'layer-config',
    'Content (JSON, keys as in the file of the agent)',
    14,
  );
  private readonly failure = h('p', { class: 'failure', role: 'alert' });
  private readonly meant = h('p', { class: 'quiet', role: 'status' });
  private readonly selecting: HTMLElement;
  private readonly saved: (id: string) => void;

  /** Without `id`, it is asked for: the layer is new. */
  constructor(id: string | undefined, saved: (id: string) => void) {
    this.saved = saved;
    this.id.value = id ?? '';
    this.share.value = '100';
    this.priority.value = '0';
    this.config.set({});
    this.id.addEventListener('input', () => this.suit());
    const preview = button('Who is that?', 'preview', () => void this.preview());
    this.selecting = h(
      'div',
      { class: 'fields' },
      labelled('Devices (selector)', this.selector),
      labelled('Priority', this.priority),
      h('div', { class: 'buttons' }, preview),
      this.meant,
    );
    const onOff = h('label', { for: 'layer-enabled', class: 'check' }, this.enabled, ' On');
    this.element = h(
      'form',
      { class: 'form', novalidate: true, onsubmit: (event) => this.ask(event) },
      id === undefined ? labelled('Layer', this.id) : undefined,
      this.selecting,
      h('div', { class: 'fields' }, labelled('Share of the devices (%)', this.share), onOff),
      this.config.element,
      this.failure,
      h('div', { class: 'buttons' }, h('button', { type: 'submit', class: 'main' }, 'Set layer…')),
    );
    this.suit();
  }

  show({ config, selector = '', priority, share, enabled }: PageLayer): void {
    this.config.set(config);
    this.selector.value = selector;
    this.priority.value = String(priority);
    this.share.value = String(share);
    this.enabled.checked = enabled;
  }

  /** Only layers for selectors have a selector and a priority. */
  private suit(): void {
    this.selecting.hidden = !this.isSelecting();
  }

  private isSelecting(): boolean {
    return this.id.value.startsWith('selector:');
  }

  private async preview(): Promise<void> {
    try {
      const { total, devices } = await previewSelector(this.selector.value, SOME);
      const more = total > devices.length ? ', …' : '';
      setText(this.meant, `${plural(total, 'device')}: ${devices.join(', ')}${more}`);
    } catch (error) {
      setText(this.meant, messageOf(error));
    }
  }

  private draft(): LayerDraft {
    const selecting = this.isSelecting()
      ? { selector: this.selector.value.trim(), priority: numberOf('Priority', this.priority) }
      : {};
    const share = numberOf('Share', this.share);
    return { config: this.config.read(), share, enabled: this.enabled.checked, ...selecting };
  }

  private ask(event: Event): void {
    event.preventDefault();
    try {
      const id = this.id.value.trim();
      if (id === '') throw new Error('Name the layer first.');
      const draft = this.draft();
      setText(this.failure, '');
      askFirst({
        title: `Set the layer ${id}`,
        content: [h('p', {}, saying(draft))],
        verb: 'Set',
        act: async (signed) => {
          await putLayer(id, draft, signed);
          this.saved(id);
        },
      });
    } catch (error) {
      setText(this.failure, messageOf(error));
    }
  }
}

function saying({ share, enabled }: LayerDraft): string {
  if (!enabled) return 'The layer is off: it adds nothing.';
  if (share >= 100) return 'All of its devices get this content at once.';
  return `${share} % of its devices get this content; the others keep what all had before.`;
}

function field(id: string, type: 'text' | 'number', placeholder: string): HTMLInputElement {
  return h('input', { id, class: 'field', type, placeholder, step: 'any', autocomplete: 'off' });
}

function labelled(text: string, input: HTMLInputElement): HTMLElement {
  return h('div', {}, h('label', { for: input.id }, text), input);
}
