/** A process that asks the store, beside it or behind a border. argv: `same`, `packed` or `each`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLevelStore } from '../../../collector/io/store/level-store.ts';
import { type AnswerForm, seriesOf } from './answers.ts';
import { Behind } from './border.ts';
import { processCpuUs, threadCpuUs } from './cost.ts';
import { ask, fill, QUESTIONS, type Question } from './questions.ts';

export interface QueryFigures {
  readonly question: string;
  readonly labels: boolean;
  readonly series: number;
  readonly samples: number;
  /** Medians. */
  readonly ms: number;
  readonly mainMs: number;
  readonly allMs: number;
}

const RUNS = 15;
const [form = 'same'] = process.argv.slice(2);

interface Found {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

async function measure(
  question: Question,
  labels: boolean,
  query: () => Promise<readonly Found[]>,
): Promise<QueryFigures> {
  const runs: [number, number, number][] = [];
  let found: readonly Found[] = [];
  for (let run = 0; run < RUNS; run++) {
    const [main, all, started] = [threadCpuUs(), processCpuUs(), performance.now()];
    found = await query();
    const ended = performance.now();
    runs.push([ended - started, (threadCpuUs() - main) / 1e3, (processCpuUs() - all) / 1e3]);
  }
  const [ms, mainMs, allMs] = [0, 1, 2].map((n) => median(runs.map((run) => run[n] ?? 0)));
  const samples = found.reduce((sum, { times }) => sum + times.length, 0);
  const figures = { ms: ms ?? 0, mainMs: mainMs ?? 0, allMs: allMs ?? 0 };
  return { question: question.name, labels, series: found.length, samples, ...figures };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

async function beside(question: Question, folder: string): Promise<QueryFigures[]> {
  const store = await openLevelStore({ path: folder });
  await fill(store, question);
  const figures = [await measure(question, false, () => ask(store, question))];
  await store.close();
  return figures;
}

async function behind(question: Question, folder: string): Promise<QueryFigures[]> {
  const store = await Behind.open('raw', folder);
  await store.fill(question);
  const figures: QueryFigures[] = [];
  for (const labels of [false, true]) {
    const told = { question, labels, form: form as AnswerForm };
    figures.push(await measure(question, labels, async () => seriesOf(await store.select(told))));
  }
  await store.close();
  return figures;
}

const all: QueryFigures[] = [];
for (const question of QUESTIONS) {
  const folder = await mkdtemp(join(tmpdir(), 'mstr-threads-'));
  all.push(...(await (form === 'same' ? beside : behind)(question, folder)));
  await rm(folder, { recursive: true, force: true });
}
console.log(JSON.stringify(all));
