/** What a query finds, as it goes from one thread to another. */
import type { SeriesData } from '../../../collector/ports.ts';

/** `packed`: all samples in one piece; `each`: the arrays of each series as they are. */
export type AnswerForm = 'packed' | 'each';

export interface Answer {
  readonly ids: Uint32Array;
  readonly lengths: Uint32Array;
  /** Instants and values in turn: of all series in one array, or two arrays a series. */
  readonly samples: readonly Float64Array[];
  /** Where the asker does not know the series by its number. */
  readonly labels: readonly (readonly string[])[];
  /** Of the thread that has the store. */
  readonly cpuUs: number;
}

export function answer(found: readonly SeriesData[], form: AnswerForm, labels: boolean): Answer {
  const ids = Uint32Array.from(found, ({ id }) => id);
  const lengths = Uint32Array.from(found, ({ times }) => times.length);
  const told = labels ? found.map((one) => [...one.labels].flat()) : [];
  const samples = form === 'packed' ? [packed(found)] : found.flatMap(own);
  return { ids, lengths, samples, labels: told, cpuUs: 0 };
}

/** What may change hands instead of being copied; series of one device share their instants. */
export function buffersOf({ ids, lengths, samples }: Answer): ArrayBuffer[] {
  return [...new Set([ids, lengths, ...samples].map(({ buffer }) => buffer as ArrayBuffer))];
}

export interface Series {
  readonly id: number;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export function seriesOf({ ids, lengths, samples }: Answer): Series[] {
  let at = 0;
  return Array.from(ids, (id, n) => {
    const length = lengths[n] ?? 0;
    if (samples.length > 1)
      return { id, times: must(samples[2 * n]), values: must(samples[2 * n + 1]) };
    const all = must(samples[0]);
    const times = all.subarray(at, at + length);
    const values = all.subarray(at + length, at + 2 * length);
    at += 2 * length;
    return { id, times, values };
  });
}

function packed(found: readonly SeriesData[]): Float64Array {
  let cells = 0;
  for (const { times } of found) cells += 2 * times.length;
  const all = new Float64Array(cells);
  let at = 0;
  for (const { times, values } of found) {
    all.set(times, at);
    all.set(values, at + times.length);
    at += 2 * times.length;
  }
  return all;
}

/** Arrays that are parts of larger ones cannot be handed over: they are copied. */
function own({ times, values }: SeriesData): Float64Array[] {
  return [times, values].map((one) =>
    one.byteLength === one.buffer.byteLength ? one : one.slice(),
  );
}

function must(array: Float64Array | undefined): Float64Array {
  if (array === undefined) throw new Error('an answer without its samples');
  return array;
}
