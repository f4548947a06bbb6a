/** So many at a time, the others in order. */
export class Limiter {
  private readonly most: number;
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private head = 0;

  constructor(most: number) {
    this.most = most;
  }

  async run<T>(action: () => Promise<T>): Promise<T> {
    if (this.running >= this.most) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running += 1;
    }
    try {
      return await action();
    } finally {
      this.next();
    }
  }

  private next(): void {
    const resume = this.waiting[this.head];
    if (resume === undefined) {
      this.running -= 1;
      this.waiting.length = 0;
      this.head = 0;
      return;
    }
    this.head += 1;
    resume();
  }
}
