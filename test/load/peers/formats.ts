/** The forms in which samples are sent to peers, each as the peer likes it best. */
import { RemoteWriteEncoder } from './remote-write.ts';
import type { DeviceBlock, SeriesName } from './rows.ts';

export type FormatName = 'remote write' | 'text' | 'line protocol';
export type Encode = (blocks: readonly DeviceBlock[]) => Buffer;
type NamesOf = (device: number) => readonly SeriesName[];

export const HEADERS: Readonly<Record<FormatName, Readonly<Record<string, string>>>> = {
  'remote write': {
    'content-type': 'application/x-protobuf',
    'content-encoding': 'snappy',
    'x-prometheus-remote-write-version': '0.1.0',
  },
  text: { 'content-type': 'text/plain' },
  'line protocol': { 'content-type': 'text/plain' },
};

export function encoderFor(format: FormatName, namesOf: NamesOf): Encode {
  if (format === 'remote write') {
    const encoder = new RemoteWriteEncoder(namesOf);
    return (blocks) => encoder.encode(blocks);
  }
  return format === 'text' ? textEncoder(namesOf) : lineEncoder(namesOf);
}

/** Prometheus' exposition with times, a line a sample. */
function textEncoder(namesOf: NamesOf): Encode {
  const heads = remember(namesOf, (names) => names.map(selector));
  return (blocks) => {
    const lines: string[] = [];
    for (const { device, times, values } of blocks) {
      const rows = times.length;
      for (const [s, head] of heads(device).entries())
        for (let row = 0; row < rows; row++)
          lines.push(`${head} ${values[s * rows + row]} ${times[row]}`);
    }
    return Buffer.from(`${lines.join('\n')}\n`);
  };
}

interface Line {
  readonly head: string;
  readonly fields: readonly (readonly [name: string, series: number])[];
}

/** As Telegraf groups it: a line a set of tags and an instant, a field a metric. */
function lineEncoder(namesOf: NamesOf): Encode {
  const linesOf = remember(namesOf, group);
  return (blocks) => {
    const lines: string[] = [];
    for (const { device, times, values } of blocks) {
      const rows = times.length;
      for (let row = 0; row < rows; row++)
        for (const { head, fields } of linesOf(device)) {
          const all = fields.map(([name, s]) => `${name}=${values[s * rows + row]}`);
          lines.push(`${head} ${all.join(',')} ${times[row]}`);
        }
    }
    return Buffer.from(`${lines.join('\n')}\n`);
  };
}

function group(names: readonly SeriesName[]): Line[] {
  const lines = new Map<string, [string, number][]>();
  for (const [s, { name, labels }] of names.entries()) {
    const [first = '', subsystem = '', ...rest] = name.split('_');
    const tags = labels.map(([key, value]) => `${key}=${value.replaceAll(/[ ,=]/g, '\\$&')}`);
    const head = [`${first}_${subsystem}`, ...tags].join(',');
    const fields = lines.get(head) ?? [];
    fields.push([rest.join('_') || 'value', s]);
    lines.set(head, fields);
  }
  return [...lines].map(([head, fields]) => ({ head, fields }));
}

function selector({ name, labels }: SeriesName): string {
  return `${name}{${labels.map(([key, value]) => `${key}="${value}"`).join(',')}}`;
}

function remember<T>(namesOf: NamesOf, make: (names: readonly SeriesName[]) => T) {
  const known = new Map<number, T>();
  return (device: number): T => {
    const found = known.get(device) ?? make(namesOf(device));
    known.set(device, found);
    return found;
  };
}
