/**
 * What a second thread for the store would bring and cost: real journal and store, messages of the
 * recorded trace. Each run is a process of its own; the ways take turns.
 */
import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleModules } from '../../support/pipeline/programs.ts';
import { median, printTable } from '../peers/table.ts';
import type { AnswerForm } from '../threads/answers.ts';
import { WAYS, type Way } from '../threads/border.ts';
import type { IngestFigures } from '../threads/ingest.ts';
import type { QueryFigures } from '../threads/queries.ts';

export const describe =
  'the store in a second thread: ingest and queries beside one thread: [runs] [messages with one row]';

const FOLDER = join(import.meta.dirname, '../threads');
const TRACES = join(import.meta.dirname, '../traces');
/** Inside the project, so that packages are found from there. */
const OUT = join(import.meta.dirname, '../../../node_modules/.cache/muster-tests');
const NAMES: Readonly<Record<Way, string>> = {
  same: 'one thread',
  columns: 'columns, transferred',
  raw: 'bodies, transferred',
  ring: 'bodies, shared ring',
};
/** Messages on their way at most: that makes the journal's groups large or small. */
const WINDOWS = [3_200, 64];
const FORMS: readonly ('same' | AnswerForm)[] = ['same', 'packed', 'each'];

export async function run(args: string[]): Promise<void> {
  const [runs, messages] = [args[0] ?? 3, args[1] ?? 100_000].map(Number) as [number, number];
  const folder = await bundle();
  for (const window of WINDOWS)
    for (const rows of [1, 6])
      await ingest(folder, runs, { rows, messages: Math.ceil(messages / rows), window });
  await queries(folder);
}

async function bundle(): Promise<string> {
  const outdir = join(OUT, String(process.pid), 'threads');
  // Where the bundled reader of the trace looks for it.
  await cp(TRACES, join(outdir, '../traces'), { recursive: true });
  await bundleModules(
    ['ingest', 'queries', 'store-worker'].map((name) => join(FOLDER, `${name}.ts`)),
    outdir,
  );
  return outdir;
}

interface Load {
  readonly rows: number;
  readonly messages: number;
  readonly window: number;
}

async function ingest(folder: string, runs: number, load: Load): Promise<void> {
  const { rows, messages, window } = load;
  const numbers = [rows, messages, window].map(String);
  const all = new Map<Way, IngestFigures[]>(WAYS.map((way) => [way, []]));
  for (let run = 0; run < runs; run++) {
    for (const [way, figures] of all)
      figures.push(await processOf(join(folder, 'ingest.mjs'), [way, ...numbers]));
  }
  const table = WAYS.map((way) => {
    const of = (key: keyof IngestFigures) => median(all.get(way)?.map((one) => one[key]) ?? []);
    return [
      ...[NAMES[way], of('mainUs').toFixed(1), of('workerUs').toFixed(1), of('allUs').toFixed(1)],
      ...[of('pointsPerSecond'), of('pointsPerSecondOnDisk')].map((n) => (n / 1e6).toFixed(2)),
      ...[way === 'same' ? '' : of('messagesAGroup').toFixed(0), of('peakMiB').toFixed(0)],
    ];
  });
  console.log(
    `\n${rows} row(s) a message, ${messages} messages, at most ${window} on their way, medians of ${runs} runs`,
  );
  const us = 'µs CPU a message:';
  const head = ['', `${us} first thread`, 'second', 'all threads', 'M points/s taken', 'on disk'];
  printTable([...head, 'messages a group', 'peak RSS MiB'], table);
}

async function queries(folder: string): Promise<void> {
  const table: string[][] = [];
  for (const form of FORMS) {
    const all = await processOf<QueryFigures[]>(join(folder, 'queries.mjs'), [form]);
    for (const { question, labels, series, samples, ms, mainMs, allMs } of all) {
      const where = form === 'same' ? 'one thread' : `border, ${form}${labels ? ', labels' : ''}`;
      const figures = [ms, mainMs, allMs].map((one) => one.toFixed(1));
      table.push([question, where, `${series}`, `${samples}`, ...figures]);
    }
  }
  table.sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0));
  console.log('\nselect, medians of 15');
  const head = ['', '', 'series', 'samples', 'ms', 'CPU ms of the first thread', 'of all'];
  printTable(head, table);
}

async function processOf<Figures>(file: string, args: readonly string[]): Promise<Figures> {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...args], { env });
  return JSON.parse(stdout) as Figures;
}
