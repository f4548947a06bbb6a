/** The second thread: the real store, behind a border. */
import { parentPort, workerData } from 'node:worker_threads';
import { openLevelStore } from '../../../collector/io/store/level-store.ts';
import type { SeriesDefinition } from '../../../protocol/messages/schema.ts';
import { type AnswerForm, answer, buffersOf } from './answers.ts';
import { threadCpuUs } from './cost.ts';
import { resolveAll } from './dictionaries.ts';
import { type Take, unpackColumns, unpackRaw } from './groups.ts';
import { ask, fill, type Question } from './questions.ts';
import { Ring, type RingMemory } from './ring.ts';

export interface WorkerSetup {
  readonly folder: string;
  readonly ring: RingMemory;
  /** One word: messages that are in the store's memory. */
  readonly applied: SharedArrayBuffer;
}

export type ToWorker =
  | {
      readonly do: 'dictionaries';
      readonly devices: number;
      readonly series: readonly SeriesDefinition[];
    }
  | { readonly do: 'columns' | 'raw'; readonly group: Float64Array }
  | { readonly do: 'bell' | 'checkpoint' | 'close' | 'cost' }
  | { readonly do: 'fill'; readonly question: Question }
  | {
      readonly do: 'select';
      readonly question: Question;
      readonly form: AnswerForm;
      readonly labels: boolean;
    };

const setup = workerData as WorkerSetup;
const store = await openLevelStore({ path: setup.folder });
const ring = new Ring(setup.ring);
const applied = new Int32Array(setup.applied);
let ids: readonly Uint32Array[] = [];
let series: readonly SeriesDefinition[] = [];

const take: Take = (seq, device, blocks) =>
  store.append(seq, ids[device] ?? new Uint32Array(), blocks);

/** A few groups a turn: LevelDB's answers come in between. */
function drain(): void {
  for (let left = 4; left > 0; left--) {
    const group = ring.next();
    if (group === undefined) {
      if (ring.sleep()) return;
      continue;
    }
    Atomics.add(applied, 0, unpackRaw(group, series, take));
    ring.release(group);
  }
  setImmediate(drain);
}

async function work(told: ToWorker): Promise<void> {
  if (told.do === 'columns') Atomics.add(applied, 0, unpackColumns(told.group, take));
  else if (told.do === 'raw') Atomics.add(applied, 0, unpackRaw(told.group, series, take));
  else if (told.do === 'bell') drain();
  else if (told.do === 'select') {
    const found = answer(await ask(store, told.question), told.form, told.labels);
    parentPort?.postMessage({ ...found, cpuUs: threadCpuUs() }, buffersOf(found));
  } else {
    if (told.do === 'dictionaries') {
      ({ series } = told);
      ids = resolveAll(store, told.devices, series);
    } else if (told.do === 'checkpoint') await store.checkpoint();
    else if (told.do === 'fill') await fill(store, told.question);
    else if (told.do === 'close') await store.close();
    parentPort?.postMessage({ cpuUs: threadCpuUs() });
    if (told.do === 'close') parentPort?.close();
  }
}

parentPort?.on('message', (told: ToWorker) => {
  work(told).catch((error: unknown) => {
    throw error;
  });
});
parentPort?.postMessage({ cpuUs: threadCpuUs() });
