/** One at a time, in the order of asking. */
import { setImmediate } from 'node:timers/promises';

export class Lock {
  private last: Promise<unknown> = Promise.resolve();

  run<T>(action: () => Promise<T>): Promise<T> {
    const result = this.last.then(action);
    this.last = result.catch(() => undefined);
    return result;
  }
}

/** Lets everything else that waits for the event loop run. */
export async function breathe(): Promise<void> {
  await setImmediate();
}
