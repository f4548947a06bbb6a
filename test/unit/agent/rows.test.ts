/** From cells to a batch and back: names, labels, staleness, references. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Row, toBlocks } from '../../../agent/core/rows.ts';
import { SeriesTable } from '../../../agent/core/series.ts';
import { decodeBody, encodeBody, isPresent } from '../../../protocol/messages/batch.ts';
import { decodeSchema } from '../../../protocol/messages/schema.ts';

const CPU = { name: 'node_cpu_seconds_total', type: 'counter', labels: ['cpu', 'mode'] } as const;
const LOAD = { name: 'node_load1', type: 'gauge', labels: [] } as const;
const SIZE = { name: 'node_filesystem_size_bytes', type: 'gauge', labels: ['mountpoint'] } as const;
const STALE = 0x7ff0_0000_0000_0002n;
const METRICS = ['one', 'two', 'three'].map(
  (name) => ({ name, type: 'gauge', labels: ['label'] }) as const,
);
const shown = (value: number | 'stale') => (Object.is(value, -0) ? '-0' : String(value));
const WALL = Date.UTC(2026, 10, 21);

function rowsOf(
  table: SeriesTable,
  cells: readonly (readonly [number, number, Parameters<SeriesTable['find']>, number | 'stale'])[],
): Row[] {
  return cells.map(([, mono, find, value]) => {
    const series = table.find(...find);
    if (series === undefined) throw new Error('no room');
    if (value !== 'stale') series.last = value;
    else series.gone = true;
    return value === 'stale'
      ? { mono, series: [], values: [], ended: [series] }
      : { mono, series: [series], values: [value], ended: [] };
  });
}

function roundTrip(table: SeriesTable, rows: readonly Row[]) {
  const dictionary = table.build();
  const schema = decodeSchema(dictionary.bytes);
  if (!schema.ok) throw new Error(schema.error.code);
  expect(schema.value.id).toBe(dictionary.id);
  const body = encodeBody(
    toBlocks(rows, dictionary, (mono) => mono + WALL),
    WALL,
    dictionary.definitions,
  );
  const decoded = decodeBody(body, WALL, schema.value.series);
  if (!decoded.ok) throw new Error(decoded.error.code);
  return decoded.value.flatMap(({ times, firstAlias, columns, values, presence }) =>
    Array.from({ length: columns }, (_, column) => {
      const series = schema.value.series[firstAlias + column];
      const labels = series?.labels.map(([name, value]) => `${name}=${value}`).join();
      const cells = [...times].flatMap((time, row) => {
        const at = column * times.length + row;
        if (!isPresent(presence.get(column), row)) return [];
        const bits = new BigUint64Array(values.buffer, values.byteOffset)[at];
        return [`${time - WALL}:${bits === 0x7ff0_0000_0000_0002n ? 'stale' : values[at]}`];
      });
      return `${series?.name}{${labels}} ${cells.join(' ')}`;
    }),
  );
}

describe('rows', () => {
  it('hold what the samples say, the last one of an instant', () => {
    const samples = fc.array(
      fc.record({
        mono: fc.integer({ min: 0, max: 4 }),
        group: fc.integer({ min: 0, max: 2 }),
        name: fc.constantFrom('a', 'b', 'c'),
        value: fc.oneof(fc.double({ noNaN: true }), fc.constant('stale' as const)),
      }),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(samples, (all) => {
        const table = new SeriesTable();
        const wanted = new Map<string, string>();
        const rows = rowsOf(
          table,
          all.map(({ mono, group, name, value }) => {
            const metric = METRICS[group] ?? LOAD;
            wanted.set(`${metric.name} ${name} ${mono}`, shown(value));
            return [0, mono, [metric, [name], group], value];
          }),
        );
        const dictionary = table.build();
        const found = new Map<string, string>();
        for (const block of toBlocks(rows, dictionary, (mono) => mono)) {
          const bits = new BigUint64Array(block.values.buffer);
          for (let at = 0; at < block.values.length; at++) {
            const [column, row] = [Math.floor(at / block.times.length), at % block.times.length];
            if (!isPresent(block.presence.get(column), row)) continue;
            const series = dictionary.definitions[block.firstAlias + column];
            const value = bits[at] === STALE ? 'stale' : (block.values[at] ?? 0);
            found.set(
              `${series?.name} ${series?.labels[0]?.[1]} ${block.times[row]}`,
              shown(value),
            );
          }
        }
        expect(found).toEqual(wanted);
      }),
    );
  });

  it('keep groups apart and put late answers into the row of their instant', () => {
    const table = new SeriesTable();
    const rows = rowsOf(table, [
      [0, 1_000, [CPU, ['0', 'idle'], 0], 12.5],
      [1, 1_000, [SIZE, ['/'], 1], 4096 * 1e6],
      [0, 2_000, [CPU, ['0', 'idle'], 0], 12.75],
      [0, 1_000, [LOAD, undefined, 0], 0.25],
    ]);
    expect(roundTrip(table, rows)).toEqual([
      'node_cpu_seconds_total{cpu=0,mode=idle} 1000:12.5 2000:12.75',
      'node_load1{} 1000:0.25',
      'node_filesystem_size_bytes{mountpoint=/} 1000:4096000000',
    ]);
  });

  it('carry the end of a series in the dictionary that still knows it', () => {
    const table = new SeriesTable();
    const rows = rowsOf(table, [
      [0, 1_000, [CPU, ['1', 'idle'], 0], 1],
      [0, 2_000, [CPU, ['1', 'idle'], 0], 'stale'],
    ]);
    expect(roundTrip(table, rows)).toEqual([
      'node_cpu_seconds_total{cpu=1,mode=idle} 1000:1 2000:stale',
    ]);
    table.sweep();
    expect(table.build().definitions).toEqual([]);
    expect(table.find(CPU, ['1', 'idle'], 0)?.gone).toBe(false);
    expect(table.needsDictionary).toBe(true);
  });

  it('give a family one scale, so that a round value does not spoil its reference', () => {
    const table = new SeriesTable();
    rowsOf(table, [
      [0, 0, [CPU, ['0', 'idle'], 0], 12.5],
      [0, 0, [CPU, ['0', 'user'], 0], 3.77],
    ]);
    expect(table.build().definitions.map(({ reference }) => reference)).toEqual([
      { mantissa: 1250, scale: 2 },
      { mantissa: 377, scale: 2 },
    ]);
  });

  it('leave empty labels out, as Prometheus does', () => {
    const table = new SeriesTable();
    rowsOf(table, [[0, 0, [CPU, ['', 'idle'], 0], 1]]);
    expect(table.build().definitions[0]?.labels).toEqual([['mode', 'idle']]);
  });

  it.each([1, 2, 6])('fill a dictionary of %d labels only as far as it can be read', (labels) => {
    const names = Array.from({ length: labels }, (_, i) => `label_${i}`);
    const metric = { name: 'a', type: 'gauge', labels: names } as const;
    const table = new SeriesTable();
    let taken = 0;
    while (table.find(metric, [String(taken), ...names.slice(1)], 0) !== undefined) taken++;
    expect(taken).toBeGreaterThan(1_000);
    const schema = decodeSchema(table.build().bytes);
    expect(schema.ok && schema.value.series.length).toBe(taken);
  });
});
