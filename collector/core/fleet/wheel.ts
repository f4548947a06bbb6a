/** What is due later, to the second: cheap for many that wait for the same few times. */
export class Wheel<T> {
  private readonly slots = new Map<number, T[]>();

  /** Not before `at`, in milliseconds. */
  add(at: number, item: T): void {
    const slot = Math.ceil(at / 1_000);
    const items = this.slots.get(slot);
    if (items === undefined) this.slots.set(slot, [item]);
    else items.push(item);
  }

  /** All that is due by now. */
  take(now: number): T[] {
    const due: T[] = [];
    for (const [slot, items] of this.slots) {
      if (slot * 1_000 > now) continue;
      this.slots.delete(slot);
      for (const item of items) due.push(item);
    }
    return due;
  }
}
