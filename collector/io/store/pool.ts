/** Opened folders: opened when asked for, kept while in use, and of the idle ones only the last few. */
import { isDamage, type Treatment } from './folder.ts';

export interface Closable {
  close(): Promise<void>;
}

interface Slot<T> {
  readonly opening: Promise<T>;
  users: number;
}

export class Pool<K, T extends Closable> {
  private readonly slots = new Map<K, Slot<T>>();
  private readonly closing = new Map<K, Promise<void>>();
  private readonly keep: number;
  private readonly open: (key: K, treatment: Treatment) => Promise<T>;
  private readonly treatments = new Map<K, Treatment>();

  constructor(keep: number, open: (key: K, treatment: Treatment) => Promise<T>) {
    this.keep = keep;
    this.open = open;
  }

  /**
   * Runs `action` with what the key stands for, which stays open meanwhile. Damage may show only
   * when it is read: then the folder is repaired and asked again, and at last set aside.
   */
  async use<R>(key: K, action: (opened: T) => Promise<R>): Promise<R> {
    for (const next of ['repair', 'set-aside', undefined] as const) {
      try {
        const result = await this.once(key, action);
        this.treatments.delete(key);
        return result;
      } catch (error) {
        if (next === undefined || !isDamage(error) || !(await this.shut(key))) throw error;
        if (this.treatments.get(key) !== 'set-aside') this.treatments.set(key, next);
      }
    }
    throw new Error('unreachable');
  }

  private async once<R>(key: K, action: (opened: T) => Promise<R>): Promise<R> {
    const slot = this.slot(key);
    slot.users++;
    try {
      return await action(await slot.opening);
    } finally {
      slot.users--;
      await this.closeIdle();
    }
  }

  /** Closes one, unless it is in use. */
  async shut(key: K): Promise<boolean> {
    const slot = this.slots.get(key);
    if (slot === undefined) return true;
    if (slot.users > 0) return false;
    this.slots.delete(key);
    const closing = slot.opening.then((opened) => opened.close());
    this.closing.set(key, closing);
    await closing.finally(() => this.closing.delete(key));
    return true;
  }

  /** Closes what is not in use; whether that was all. */
  async shutIdle(): Promise<boolean> {
    for (const key of [...this.slots.keys()]) await this.shut(key);
    return this.slots.size === 0;
  }

  async close(): Promise<void> {
    const slots = [...this.slots.values()];
    this.slots.clear();
    for (const { opening } of slots) await (await opening).close();
  }

  /** The map's order is the order of use. */
  private slot(key: K): Slot<T> {
    const known = this.slots.get(key);
    if (known !== undefined) {
      this.slots.delete(key);
      this.slots.set(key, known);
      return known;
    }
    // A LevelDB folder is locked until it is closed.
    const closed = this.closing.get(key) ?? Promise.resolve();
    const slot = {
      opening: closed.then(() => this.open(key, this.treatments.get(key) ?? 'open')),
      users: 0,
    };
    slot.opening.catch(() => this.slots.delete(key));
    this.slots.set(key, slot);
    return slot;
  }

  private async closeIdle(): Promise<void> {
    if (this.slots.size <= this.keep) return;
    for (const [key, { users }] of this.slots) {
      if (users === 0) await this.shut(key);
      if (this.slots.size <= this.keep) return;
    }
  }
}
