/** Asks again and again while a view is shown, and says so when there is no answer. */
import { AskError } from './api.ts';
import { messageOf } from './call.ts';
import { every, h, setText, type View } from './dom.ts';

export interface Refreshing extends View {
  /** Shows why there is no answer; empty while there is one. */
  readonly failure: HTMLElement;
  /** Something was changed: what is shown is old. */
  now(): void;
}

/** `load` asks and draws. `unknown`: what to say when there is no such thing. */
export function refreshing(ms: number, load: () => Promise<void>, unknown = ''): Refreshing {
  const failure = h('p', { class: 'failure', role: 'alert' });
  let closed = false;
  let running = false;
  let again = false;

  async function run(): Promise<void> {
    // One question at a time, so that an older answer never covers a newer one.
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      await load();
      setText(failure, '');
    } catch (error) {
      const missing = unknown !== '' && error instanceof AskError && error.status === 404;
      const text = missing ? unknown : `The collector does not answer: ${messageOf(error)}`;
      if (!closed) setText(failure, text);
    }
    running = false;
    if (!again || closed) return;
    again = false;
    await run();
  }

  const stop = every(ms, () => void run());
  return {
    failure,
    now: () => void run(),
    close() {
      closed = true;
      stop();
    },
  };
}
