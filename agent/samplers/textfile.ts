/**
 * Metrics that other programs leave in files, in Prometheus' text format: the usual way of adding
 * one's own without a server. One bad file fails alone and is told by `node_textfile_scrape_error`.
 */
import type { Host } from '../ports.ts';
import { perHost } from './memory.ts';
import { optionsSchema } from './options.ts';
import type { Exposition, TextSample } from './parse/exposition.ts';
import { parseExposition } from './parse/exposition.ts';
import type { Metric, Options } from './sampler.ts';
import { gauge, sampler } from './sampler.ts';

/** Where Debian's own collectors for node_exporter write. */
const DIRECTORIES = ['/var/lib/prometheus/node-exporter'];
const LARGEST_FILE_BYTES = 1024 * 1024;
const MOST_SERIES = 2000;
/** A file may be written twice within one tick of its clock: younger, it is read again. */
const SETTLED_MS = 2000;

const scrapeError = gauge('node_textfile_scrape_error', '1 when a file could not be used, else 0.');
const modified = gauge('node_textfile_mtime_seconds', 'When the file was written, since 1970.', [
  'file',
]);

interface File {
  readonly path: string;
  readonly modifiedMs: number;
  readonly bytes: number;
  readonly readAtMs: number;
  readonly content: Exposition;
}

interface Memory {
  /** As read last, by path. */
  files: ReadonlyMap<string, File>;
  /** By name, type, help and label names. */
  metrics: Map<string, Metric>;
}

interface Raw {
  readonly files: readonly File[];
  readonly isComplete: boolean;
  readonly memory: Memory;
}

const memoryOf = perHost<Memory>(() => ({ files: new Map(), metrics: new Map() }));

export const textfile = sampler<Raw>({
  name: 'textfile',
  summary: 'metrics out of `*.prom` files that other programs write',
  profiles: [],
  timeoutMs: 5000,
  metrics: [scrapeError, modified],
  dynamicMetrics: 'whatever the files hold',
  options: optionsSchema({
    directories: {
      type: 'array',
      items: { type: 'string', pattern: '^/' },
      default: DIRECTORIES,
      description: 'folders whose *.prom files are read',
    },
    maxSeries: {
      type: 'integer',
      minimum: 1,
      default: MOST_SERIES,
      description: 'series of all files together; a file that would pass this counts as bad',
    },
  }),

  async read(host, options) {
    const memory = memoryOf(host);
    const files: File[] = [];
    let isComplete = true;
    for (const directory of directoriesOf(options)) {
      if ((await host.stat(directory)) === undefined) isComplete = false;
      for (const name of await host.list(directory)) {
        if (!name.endsWith('.prom')) continue;
        const file = await readFile(host, `${directory}/${name}`, memory);
        if (file === undefined) isComplete = false;
        else files.push(file);
      }
    }
    memory.files = new Map(files.map((file) => [file.path, file]));
    return { files, isComplete, memory };
  },

  parse({ files, isComplete, memory }, emit, options) {
    let isGood = isComplete;
    const seen = new Set<string>();
    const metrics = new Map<string, Metric>();
    for (const { path, modifiedMs, content } of files) {
      if ('refused' in content || seen.size + content.samples.length > mostSeries(options)) {
        isGood = false;
        continue;
      }
      emit(modified, Math.floor(modifiedMs / 1000), [path]);
      for (const sample of content.samples) {
        const series = seriesOf(sample);
        if (seen.has(series)) isGood = false;
        else emit(metricOf(sample, path, memory.metrics, metrics), sample.value, valuesOf(sample));
        seen.add(series);
      }
    }
    memory.metrics = metrics;
    emit(scrapeError, isGood ? 0 : 1);
  },
});

async function readFile(host: Host, path: string, memory: Memory): Promise<File | undefined> {
  const found = await host.stat(path);
  if (found === undefined || found.bytes > LARGEST_FILE_BYTES) return undefined;
  const known = memory.files.get(path);
  if (
    known?.modifiedMs === found.modifiedMs &&
    known.bytes === found.bytes &&
    known.readAtMs - known.modifiedMs > SETTLED_MS
  ) {
    return known;
  }
  const readAtMs = Date.now();
  const text = await host.read(path);
  return text === undefined
    ? undefined
    : { path, ...found, readAtMs, content: parseExposition(text) };
}

/** The same object as in the cycle before, if there was one. */
function metricOf(
  { name, type, help, labels }: TextSample,
  path: string,
  before: ReadonlyMap<string, Metric>,
  now: Map<string, Metric>,
): Metric {
  const text = help ?? `Metric read from ${path}`;
  const names = labels.map(([label]) => label);
  const key = JSON.stringify([name, type, text, names]);
  const metric = now.get(key) ?? before.get(key) ?? { name, type, help: text, labels: names };
  now.set(key, metric);
  return metric;
}

function valuesOf({ labels }: TextSample): string[] {
  return labels.map(([, value]) => value);
}

function seriesOf({ name, labels }: TextSample): string {
  const sorted = labels.map(([label, value]) => `${label}\n${value}`).sort();
  return [name, ...sorted].join('\n\n');
}

function directoriesOf(options: Options): readonly string[] {
  const written = options['directories'];
  return Array.isArray(written) ? written.filter((each) => typeof each === 'string') : DIRECTORIES;
}

function mostSeries(options: Options): number {
  const written = options['maxSeries'];
  return typeof written === 'number' ? written : MOST_SERIES;
}
