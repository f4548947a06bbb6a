/** So many at once; the others wait in the order of their coming. */
export class Slots {
  taken = 0;
  private readonly room: number;
  private readonly queue: (() => void)[] = [];

  constructor(room: number) {
    this.room = room;
  }

  get waiting(): number {
    return this.queue.length;
  }

  /** Resolves with what gives the slot back; rejects with the signal's reason when that is first. */
  enter(signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (this.taken < this.room) return Promise.resolve(this.take());
    return new Promise((resolve, reject) => {
      const next = (): void => {
        signal.removeEventListener('abort', gone);
        resolve(this.take());
      };
      const gone = (): void => {
        this.queue.splice(this.queue.indexOf(next), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', gone, { once: true });
      this.queue.push(next);
    });
  }

  private take(): () => void {
    this.taken++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.taken--;
      this.queue.shift()?.();
    };
  }
}
