/** The queries of GOALS.md, as requests; and one server's answer with the time that it took. */
import { type Answer, comparable } from '../../support/prometheus-api/compare.ts';

export interface Asked {
  readonly name: string;
  readonly path: string;
  /** Of topk and a range the order counts. */
  readonly ordered: boolean;
}

const FLEET = ['count(up == 0)', 'topk(10, rate(x[5m]))', 'sum by (site) (rate(x[5m]))'];

/** `end` is the time of the last sample; the requests keep off every sample's time. */
export function asked(end: number, deviceHours: number): Asked[] {
  const at = end / 1000 - 8;
  const instant = (query: string): Asked => ({
    name: `${query}, instant`,
    path: `query?${form({ query, time: String(at) })}`,
    ordered: query.startsWith('topk'),
  });
  const range = (query: string, name: string, seconds: number, step: number): Asked => ({
    name,
    path: `query_range?${form({ query, start: String(at - seconds), end: String(at), step: String(step) })}`,
    ordered: true,
  });
  const one = (when: string): Asked =>
    range('{instance="one"}', `one device, ${deviceHours} h${when}`, deviceHours * 3600 - 600, 300);
  return [
    one(''),
    ...FLEET.flatMap((query) => [instant(query), range(query, `${query}, 1 h`, 3600, 60)]),
    // Housekeeping has begun by then.
    one(', then'),
  ];
}

export interface Timed {
  readonly ms: number;
  readonly bytes: number;
  readonly result: string;
}

export async function time(url: string, { path, ordered }: Asked): Promise<Timed> {
  const before = performance.now();
  const { status, text } = await fetched(`${url}/api/v1/${path}`).catch((error: unknown) => {
    const seconds = ((performance.now() - before) / 1000).toFixed(1);
    throw new Error(`${url} ${path}: no answer, given up after ${seconds} s`, { cause: error });
  });
  const ms = performance.now() - before;
  const answer: Answer = { status, body: JSON.parse(text) as Answer['body'] };
  if (status !== 200) throw new Error(`${path}: ${text.slice(0, 300)}`);
  return { ms, bytes: text.length, result: JSON.stringify(comparable(answer, ordered)) };
}

async function fetched(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
}

function form(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString();
}
