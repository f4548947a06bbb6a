/** `muster query`: the Prometheus API from the command line. */
import type { Command } from 'commander';
import { clock } from '../../core/present.ts';
import { contextOf } from '../context.ts';
import { CliError, type CliIo } from '../io.ts';
import { seriesText } from '../series-text.ts';
import { table } from '../table.ts';
import { readTime } from '../times.ts';

interface QueryOptions {
  readonly time?: string;
  readonly start?: string;
  readonly end?: string;
  readonly step?: string;
}

type Point = readonly [seconds: number, value: string];
type HistogramPoint = readonly [
  seconds: number,
  histogram: { readonly count: string; readonly sum: string },
];

interface Answer {
  readonly data:
    | { readonly resultType: 'vector'; readonly result: readonly Found[] }
    | { readonly resultType: 'matrix'; readonly result: readonly Found[] }
    | { readonly resultType: 'scalar'; readonly result: Point }
    | { readonly resultType: 'string'; readonly result: Point };
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

interface Found {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: Point;
  readonly values?: readonly Point[];
  /** Native histograms, instead of or among the values. */
  readonly histogram?: HistogramPoint;
  readonly histograms?: readonly HistogramPoint[];
}

export function query(program: Command, io: CliIo): void {
  program
    .command('query <expression>')
    .description('evaluate now, at --time, or from --start to --end')
    .option('--time <time>', 'Unix seconds, RFC 3339, now, or -1h for an hour ago')
    .option('--start <time>', 'beginning of a range')
    .option('--end <time>', 'end of a range (default: now)')
    .option('--step <duration>', 'distance of points in a range (default: 100 of them)')
    .action(async (expression: string, options: QueryOptions, command: Command) => {
      const { client, answer, io: world } = contextOf(io, command);
      const { path, parameters } = request(expression, options, world.now());
      const { data, warnings = [], infos = [] } = await client.json<Answer>(path, parameters);
      for (const warning of warnings) world.err(`warning: ${warning}\n`);
      for (const info of infos) world.err(`info: ${info}\n`);
      answer(data, () => text(data));
    });
}

function request(expression: string, { time, start, end, step }: QueryOptions, now: number) {
  const parameters = new URLSearchParams({ query: expression });
  if (start === undefined) {
    if (end !== undefined || step !== undefined) throw new CliError('a range needs --start');
    if (time !== undefined) parameters.set('time', readTime(time, now));
    return { path: '/api/v1/query', parameters };
  }
  if (time !== undefined) throw new CliError('--time and --start exclude each other');
  const from = readTime(start, now);
  const to = readTime(end ?? 'now', now);
  const usual = Math.max(1, Math.round((Number(to) - Number(from)) / 100));
  parameters.set('start', from);
  parameters.set('end', to);
  parameters.set('step', step ?? String(usual));
  return { path: '/api/v1/query_range', parameters };
}

function text(data: Answer['data']): string {
  if (data.resultType === 'scalar' || data.resultType === 'string') return `${data.result[1]}\n`;
  if (data.result.length === 0) return 'no series\n';
  if (data.resultType === 'vector') {
    return table<Found>(
      [
        { title: 'series', text: ({ metric }) => seriesText(metric) },
        { title: 'value', right: true, text: valueText },
      ],
      data.result,
    );
  }
  return data.result.map((found) => `${seriesText(found.metric)}\n${points(found)}`).join('\n');
}

function valueText({ value, histogram }: Found): string {
  return value?.[1] ?? (histogram === undefined ? '' : histogramText(histogram));
}

function points({ values = [], histograms = [] }: Found): string {
  const all = [
    ...values.map(([seconds, value]) => [seconds, value] as const),
    ...histograms.map((point) => [point[0], histogramText(point)] as const),
  ];
  return all
    .sort(([a], [b]) => a - b)
    .map(([seconds, value]) => `  ${clock(seconds * 1000)}  ${value}\n`)
    .join('');
}

function histogramText([, { count, sum }]: HistogramPoint): string {
  return `count ${count}, sum ${sum}`;
}
