/** A long text in a window of its own. */
import { h } from './dom.ts';

export function showText(title: string, text: string): void {
  const dialog = h(
    'dialog',
    { class: 'wide', 'aria-labelledby': 'text-title' },
    h('h2', { id: 'text-title' }, title),
    h('pre', { class: 'output', tabindex: 0 }, text),
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'button', onclick: () => dialog.close() }, 'Close'),
    ),
  );
  const gone = (): void => dialog.close();
  addEventListener('hashchange', gone);
  dialog.addEventListener('close', () => {
    removeEventListener('hashchange', gone);
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
}
