/** A long text in a window of its own; it may change while it is looked at. */
import { h, setText } from './dom.ts';

/** The answer shows another text. */
export function showText(
  title: string,
  text: string,
  closed: () => void = () => {},
): (text: string) => void {
  const output = h('pre', { class: 'output', tabindex: 0 }, text);
  const dialog = h(
    'dialog',
    { class: 'wide', 'aria-labelledby': 'text-title' },
    h('h2', { id: 'text-title' }, title),
    output,
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
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
  return (next) => setText(output, next);
}
