/** The store as the first thread sees it: beside it, or behind one of three borders. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { openLevelStore } from '../../../collector/io/store/level-store.ts';
import type { SampleStore } from '../../../collector/ports.ts';
import type { SeriesDefinition } from '../../../protocol/messages/schema.ts';
import type { Answer } from './answers.ts';
import { resolveAll } from './dictionaries.ts';
import { type Handed, packColumns, packRaw, rawWords } from './groups.ts';
import { Ring, ringMemory } from './ring.ts';
import type { ToWorker, WorkerSetup } from './store-worker.ts';

export const WAYS = ['same', 'columns', 'raw', 'ring'] as const;
export type Way = (typeof WAYS)[number];

export interface Side {
  /** Whether the first thread decodes the columns. */
  readonly decodes: boolean;
  /** Messages that are in the store's memory. */
  readonly applied: number;
  readonly groups: number;
  dictionaries(devices: number, series: readonly SeriesDefinition[]): Promise<void>;
  put(message: Handed): void;
  /** Resolves when all is on disk as chunks; answers the CPU of the second thread. */
  checkpoint(): Promise<number>;
  cost(): Promise<number>;
  close(): Promise<void>;
}

export async function openSide(way: Way, folder: string): Promise<Side> {
  if (way === 'same') return new Beside(await openLevelStore({ path: folder }));
  return Behind.open(way, folder);
}

class Beside implements Side {
  readonly decodes = true;
  readonly groups = 0;
  applied = 0;
  private readonly store: SampleStore;
  private ids: readonly Uint32Array[] = [];

  constructor(store: SampleStore) {
    this.store = store;
  }

  dictionaries(devices: number, series: readonly SeriesDefinition[]): Promise<void> {
    this.ids = resolveAll(this.store, devices, series);
    return Promise.resolve();
  }

  put({ seq, device, blocks }: Handed): void {
    this.store.append(seq, this.ids[device] ?? new Uint32Array(), blocks);
    this.applied++;
  }

  async checkpoint(): Promise<number> {
    await this.store.checkpoint();
    return 0;
  }

  cost(): Promise<number> {
    return Promise.resolve(0);
  }

  close(): Promise<void> {
    return this.store.close();
  }
}

const RING_MEGABYTES = 32;

export class Behind implements Side {
  readonly decodes: boolean;
  groups = 0;
  private readonly way: Exclude<Way, 'same'>;
  private readonly worker: Worker;
  private readonly ring: Ring;
  private readonly counter: Int32Array;
  private waiting: Handed[] = [];

  static async open(way: Exclude<Way, 'same'>, folder: string): Promise<Behind> {
    const ring = ringMemory(RING_MEGABYTES);
    const applied = new SharedArrayBuffer(4);
    // Beside this file where both are bundled.
    const file = fileURLToPath(new URL('./store-worker.mjs', import.meta.url));
    const workerData: WorkerSetup = { folder, ring, applied };
    const worker = new Worker(file, { workerData });
    await once(worker, 'message');
    return new Behind(way, worker, new Ring(ring), new Int32Array(applied));
  }

  private constructor(way: Exclude<Way, 'same'>, worker: Worker, ring: Ring, counter: Int32Array) {
    this.way = way;
    this.worker = worker;
    this.ring = ring;
    this.counter = counter;
    this.decodes = way === 'columns';
  }

  get applied(): number {
    return Atomics.load(this.counter, 0);
  }

  async dictionaries(devices: number, series: readonly SeriesDefinition[]): Promise<void> {
    await this.ask({ do: 'dictionaries', devices, series });
  }

  /** All that one group of the journal settles goes together: behind the last of its promises. */
  put(message: Handed): void {
    if (this.waiting.length === 0) process.nextTick(() => this.flush());
    this.waiting.push(message);
  }

  async checkpoint(): Promise<number> {
    return (await this.ask<{ cpuUs: number }>({ do: 'checkpoint' })).cpuUs;
  }

  async cost(): Promise<number> {
    return (await this.ask<{ cpuUs: number }>({ do: 'cost' })).cpuUs;
  }

  select(told: Omit<ToWorker & { do: 'select' }, 'do'>): Promise<Answer> {
    return this.ask<Answer>({ do: 'select', ...told });
  }

  async fill(question: (ToWorker & { do: 'fill' })['question']): Promise<void> {
    await this.ask({ do: 'fill', question });
  }

  async close(): Promise<void> {
    await this.ask({ do: 'close' });
  }

  private flush(): void {
    const { waiting } = this;
    if (this.way === 'ring') return this.flushIntoRing();
    this.waiting = [];
    this.groups++;
    const group =
      this.way === 'columns' ? packColumns(waiting) : new Float64Array(rawWords(waiting));
    if (this.way === 'raw') packRaw(waiting, group);
    this.worker.postMessage({ do: this.way, group }, [group.buffer as ArrayBuffer]);
  }

  private flushIntoRing(): void {
    const group = this.ring.room(rawWords(this.waiting));
    if (group === undefined) {
      setTimeout(() => this.flush(), 1);
      return;
    }
    this.groups++;
    packRaw(this.waiting, group);
    this.waiting = [];
    if (this.ring.publish(group)) this.worker.postMessage({ do: 'bell' });
  }

  private async ask<Told>(told: ToWorker): Promise<Told> {
    this.worker.postMessage(told);
    const [message] = (await once(this.worker, 'message')) as [Told];
    return message;
  }
}
