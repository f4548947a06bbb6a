/** What is under way in this process: two works of root at once could work against each other. */
import { PACKAGES } from '../../core/remedies/claims.ts';

export class UnderWay {
  /** The task that runs, and what it works on. */
  task: { readonly name: string; readonly claims: readonly string[] } | undefined;
  #steps = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** What a reboot would cut short, in words. */
  get inTheWayOfReboot(): string | undefined {
    return this.inTheWayOfRestart ?? (this.task && `task ${this.task.name} is still running`);
  }

  /** What a unit must not be restarted in the middle of, in words. */
  get inTheWayOfRestart(): string | undefined {
    if (this.#steps > 0) return 'a step of an update is under way';
    const isApt = this.task?.claims.includes(PACKAGES) === true;
    return isApt ? `task ${this.task?.name} changes packages` : undefined;
  }

  /** Steps of installers, one after the other: an agent that starts again asks before the last has ended. */
  step<T>(take: () => Promise<T>): Promise<T> {
    this.#steps += 1;
    const mine = this.#last.then(take).finally(() => {
      this.#steps -= 1;
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
