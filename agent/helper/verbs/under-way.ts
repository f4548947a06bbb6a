/** What is under way in this process: two works of root at once could work against each other. */
export class UnderWay {
  /** Name of the task that runs. */
  task: string | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** Steps of installers, one after the other: an agent that starts again asks before the last has ended. */
  step<T>(take: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(take);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
