/** What the page asks of the collector: the same endpoints that anyone can use. */
import type { DeviceSummary, DeviceView, LiveMessage, ReportView } from '../core/views.ts';
import type { Series } from './series.ts';

interface PrometheusSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

export class AskError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export async function fetchDevices(): Promise<readonly DeviceSummary[]> {
  const answer = await ask<{ devices: DeviceSummary[] }>('api/muster/v1/devices?limit=100000');
  return answer.devices;
}

export function fetchDevice(id: string): Promise<DeviceView> {
  return ask(`api/muster/v1/devices/${encodeURIComponent(id)}`);
}

/** The last runs of a device's tasks and remedies, newest first. */
export async function fetchReports(device: string, limit: number): Promise<readonly ReportView[]> {
  const parameters = new URLSearchParams({ device, limit: String(limit) });
  return (await ask<{ reports: ReportView[] }>(`api/muster/v1/reports?${parameters}`)).reports;
}

/** `time` in seconds; raw samples when the expression is a range selector. */
export async function query(expression: string): Promise<Series[]> {
  return series(await ask(`api/v1/query?${new URLSearchParams({ query: expression })}`));
}

export async function queryRange(
  expression: string,
  seconds: number,
  step: number,
): Promise<Series[]> {
  const end = Date.now() / 1000;
  // A value older than this is no value of the step: holes must stay holes.
  const lookback_delta = 1.5 * step;
  const parameters = { query: expression, start: end - seconds, end, step, lookback_delta };
  const texts = Object.entries(parameters).map(([name, value]) => [name, String(value)]);
  return series(await ask(`api/v1/query_range?${new URLSearchParams(texts)}`));
}

export interface StreamFilter {
  readonly device?: string;
  readonly kinds: readonly LiveMessage['kind'][];
  readonly match?: string;
}

/** The browser reconnects by itself; `opened` tells each time, so that what was missed is asked for. */
export function listen(
  { device, kinds, match }: StreamFilter,
  receive: (message: LiveMessage) => void,
  opened: () => void,
): () => void {
  const parameters = new URLSearchParams(kinds.map((kind) => ['kind', kind]));
  if (device !== undefined) parameters.append('device', device);
  if (match !== undefined) parameters.append('match', match);
  return listenTo(`stream?${parameters}`, kinds, receive, opened);
}

/** Any of the collector's streams of events. */
export function listenTo<T>(
  path: string,
  kinds: readonly string[],
  receive: (message: T) => void,
  opened?: () => void,
): () => void {
  const source = new EventSource(`api/muster/v1/${path}`);
  source.onopen = () => {
    showLink('Live');
    opened?.();
  };
  source.onerror = () => showLink('Connection lost, trying again…');
  for (const kind of kinds) {
    source.addEventListener(kind, ({ data }: MessageEvent<string>) =>
      receive(JSON.parse(data) as T),
    );
  }
  return () => source.close();
}

export function showLink(text: string): void {
  const link = document.getElementById('link');
  if (link === null || link.textContent === text) return;
  link.textContent = text;
  link.dataset['state'] = text === 'Live' ? 'live' : 'lost';
}

async function ask<T>(url: string): Promise<T> {
  const response = await fetch(url);
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body as T;
  const { detail, error } = (body ?? {}) as { detail?: string; error?: string };
  throw new AskError(response.status, detail ?? error ?? response.statusText);
}

function series(answer: { data: { result: readonly PrometheusSeries[] } }): Series[] {
  return answer.data.result.map(
    ({ metric, value, values = value === undefined ? [] : [value] }) => ({
      labels: metric,
      times: values.map(([time]) => time),
      values: values.map(([, text]) => toNumber(text)),
    }),
  );
}

export function toNumber(value: string | number): number {
  return Number(typeof value === 'string' ? value.replace('Inf', 'Infinity') : value);
}
