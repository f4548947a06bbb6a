/** The name in which somebody acts: asked once, kept by the browser. */
import { h } from './dom.ts';

const STORED = 'muster-name';

export function nameInput(id: string): HTMLInputElement {
  const input = h('input', {
    id,
    class: 'field',
    type: 'text',
    autocomplete: 'name',
    maxlength: 128,
    placeholder: 'Your name',
    onchange: () => localStorage.setItem(STORED, input.value.trim()),
  });
  input.value = localStorage.getItem(STORED) ?? '';
  return input;
}
