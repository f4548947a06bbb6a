/** Collects what arrives, and lets a test wait for it instead of for time. */
export class Inbox<T> {
  readonly items: T[] = [];
  #wake: (() => void)[] = [];

  readonly push = (item: T): void => {
    this.items.push(item);
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  };

  /** The first so many, or those that match, once they are there. */
  async take(count: number, matches: (item: T) => boolean = () => true): Promise<T[]> {
    for (;;) {
      const found = this.items.filter(matches);
      if (found.length >= count) return found.slice(0, count);
      await this.#next();
    }
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }
}

/** Asks again on each turn of the event loop; the test's own timeout is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
