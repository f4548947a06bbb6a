/** What a running collector shows of its content, in a form that can be compared. */
import { openLevelStore } from '../../../collector/io/store/level-store.ts';
import type { Matcher } from '../../../collector/ports.ts';
import { DEVICES, SELECTOR } from './collector-fleet.ts';

export interface Content {
  /** `metric/instance/milliseconds` to value. */
  readonly samples: ReadonlyMap<string, number>;
  readonly devices: readonly string[];
  /** `device cause` of each gap. */
  readonly gaps: readonly string[];
  readonly silences: readonly string[];
  /** Topic and payload. */
  readonly quarantine: readonly string[];
  /** Names and defaults. */
  readonly flags: readonly string[];
  /** Version of what the director tells each device; 0 where it refuses. */
  readonly directed: readonly number[];
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

export async function contentOf(http: string): Promise<Content> {
  const query = new URLSearchParams({ query: `${SELECTOR}[5d]` });
  const { data } = await get<{ data: { result: Series[] } }>(
    `${http}/api/v1/query?${query.toString()}`,
  );
  const samples = new Map<string, number>();
  for (const { metric, values } of data.result) {
    const name = `${metric['__name__']}/${metric['instance']}`;
    for (const [time, value] of values)
      samples.set(`${name}/${Math.round(time * 1_000)}`, Number(value));
  }
  const silences = await get<readonly { readonly id: string }[]>(`${http}/api/v2/silences`);
  const { devices, gaps } = await fleet(http);
  return {
    ...{ samples, devices, gaps, silences: silences.map(({ id }) => id).sort() },
    quarantine: await quarantined(http),
    flags: await flagsOf(http),
    directed: await directed(http),
  };
}

async function flagsOf(http: string): Promise<string[]> {
  const url = `${http}/api/muster/v1/flags`;
  const { flags } = await get<{ flags: { name: string; default: unknown }[] }>(url);
  return flags.map((flag) => `${flag.name} ${JSON.stringify(flag.default)}`).sort();
}

async function directed(http: string): Promise<number[]> {
  const versions = DEVICES.map(async (id) => {
    const answer = await fetch(`${http}/director/${id}/metadata/timestamp.json`);
    if (!answer.ok) return 0;
    const { signed } = (await answer.json()) as { signed: { version: number } };
    return signed.version;
  });
  return Promise.all(versions);
}

async function fleet(http: string): Promise<Pick<Content, 'devices' | 'gaps'>> {
  const devices: string[] = [];
  const gaps: string[] = [];
  for (const id of DEVICES) {
    const url = `${http}/api/muster/v1/devices/${id}`;
    const device = await get<{ gaps: readonly { cause: string }[] }>(url).catch(() => undefined);
    if (device === undefined) continue;
    devices.push(id);
    for (const { cause } of device.gaps) gaps.push(`${id} ${cause}`);
  }
  return { devices, gaps };
}

async function quarantined(http: string): Promise<string[]> {
  const url = `${http}/api/muster/v1/quarantine`;
  const { entries } = await get<{ entries: { id: string }[] }>(url);
  const found = entries.map(({ id }) =>
    get<{ topic: string; payload: string }>(`${url}/${id}`).then(
      ({ topic, payload }) => `${topic} ${payload}`,
      () => undefined,
    ),
  );
  return (await Promise.all(found)).filter((one) => one !== undefined).sort();
}

export interface StoreContent {
  /** Names as in `Content`. */
  readonly samples: ReadonlySet<string>;
  /** `step/series/milliseconds` of the steps between, with their counts and sums. */
  readonly rollups: ReadonlyMap<string, string>;
  /** Warnings and errors: rollups are opened when somebody asks for them. */
  readonly complaints: readonly string[];
}

/** Of a store whose collector has ended. */
export async function storeContent(path: string, from: number, to: number): Promise<StoreContent> {
  const all: Matcher[] = [{ name: '__name__', op: '=~', value: 'dm_.*' }];
  const complaints: string[] = [];
  const quiet = () => undefined;
  const note = (message: string) => void complaints.push(message);
  const log = { debug: quiet, info: quiet, warn: note, error: note };
  const store = await openLevelStore({ path, now: Date.now(), log });
  const rollups = new Map<string, string>();
  const samples = new Set<string>();
  try {
    for (const step of ['1h', '1m'] as const) {
      for (const { labels, times, ...columns } of await store.rollups(all, step, from, to)) {
        const name = `${step}/${labels.get('__name__')}/${labels.get('instance')}`;
        for (const [at, time] of times.entries())
          rollups.set(`${name}/${time}`, `${columns.count[at]} ${columns.sum[at]}`);
      }
    }
    for (const { labels, times } of await store.select(all, 0, Number.MAX_SAFE_INTEGER)) {
      const name = `${labels.get('__name__')}/${labels.get('instance')}`;
      for (const time of times) samples.add(`${name}/${time}`);
    }
  } finally {
    await store.close();
  }
  return { samples, rollups, complaints };
}

async function get<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} ${url}: ${await answer.text()}`);
  return (await answer.json()) as T;
}
