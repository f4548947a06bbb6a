/** A question before something is done: what it does, who wants it, and why. */
import { messageOf } from './call.ts';
import { type Child, h, setText } from './dom.ts';
import { nameInput } from './who.ts';

/** In whose name something is changed, and why. */
export interface Signed {
  readonly by: string;
  readonly comment: string;
}

export interface Question {
  readonly title: string;
  /** What will happen, and further fields. */
  readonly content: readonly Child[];
  /** Of the button that does it. */
  readonly verb: string;
  /** Takes something away that does not come back by itself. */
  readonly grave?: boolean;
  act(signed: Signed): Promise<void>;
}

export function askFirst({ title, content, verb, grave, act }: Question): void {
  const name = nameInput('signed-by');
  const comment = h('textarea', { id: 'signed-why', class: 'field', rows: 2, maxlength: 2000 });
  const failure = h('p', { class: 'failure', role: 'alert' });
  const done = h('button', { type: 'submit', class: grave === true ? 'grave' : 'main' }, verb);
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'question' },
    h(
      'form',
      { novalidate: true, onsubmit: (event) => void submit(event) },
      h('h2', { id: 'question' }, title),
      ...content,
      h('label', { for: 'signed-by' }, 'You'),
      name,
      h('label', { for: 'signed-why' }, 'Why (may stay empty)'),
      comment,
      failure,
      h(
        'div',
        { class: 'buttons' },
        h('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel'),
        done,
      ),
    ),
  );

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const by = name.value.trim();
    if (by === '') {
      setText(failure, 'Say who you are: others want to know who did it.');
      name.focus();
      return;
    }
    done.disabled = true;
    try {
      await act({ by, comment: comment.value.trim() });
      dialog.close();
    } catch (error) {
      setText(failure, `Not done: ${messageOf(error)}`);
    }
    done.disabled = false;
  }

  // A view that goes takes its question with it.
  const gone = (): void => dialog.close();
  addEventListener('hashchange', gone);
  dialog.addEventListener('close', () => {
    removeEventListener('hashchange', gone);
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  if (name.value === '') name.focus();
}
