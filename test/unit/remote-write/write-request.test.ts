/** A WriteRequest, read: samples bit for bit, bad series told by name, the others kept. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STALE_BITS } from '../../../collector/core/stale.ts';
import { ProtobufError, ProtobufReader } from '../../../collector/io/remote-write/protobuf.ts';
import {
  type RequestPart,
  WriteRequestReader,
} from '../../../collector/io/remote-write/write-request.ts';
import {
  encodeRequest,
  encodeSeries,
  message,
  type SentSeries,
  varint,
} from '../../support/remote-write/encode.ts';

function parts(bytes: Uint8Array): RequestPart[] {
  const reader = new WriteRequestReader(new ProtobufReader(bytes));
  const found: RequestPart[] = [];
  for (let part = reader.next(); part !== undefined; part = reader.next()) found.push(part);
  return found;
}

function series(bytes: Uint8Array) {
  return parts(bytes).map((part) => {
    if (!('series' in part)) throw new Error('no series');
    const { series: read, ...rest } = part.series;
    if (read === undefined) return rest;
    const { labels, times, values } = read;
    const bits = [...new BigUint64Array(values.slice().buffer)];
    return { ...rest, labels: labels.toObject(), times: [...times], bits };
  });
}

const m: SentSeries['labels'][number] = ['__name__', 'm'];
const bitsOf = (value: number) => new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint;

describe('a write request', () => {
  it('gives each sample, whatever its bits and its time', () => {
    const sample = fc.tuple(
      fc.integer({ min: -8.64e15, max: 8.64e15 }),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(sample, { selector: ([time]) => time, minLength: 1, maxLength: 12 }),
        fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), { maxKeys: 4 }),
        (samples, more) => {
          const labels = { ...more, __name__: 'm' };
          const sent = { labels: Object.entries(labels), samples };
          const ascending = samples.toSorted(([a], [b]) => a - b);
          expect(series(encodeRequest([sent]))).toEqual([
            {
              samples: samples.length,
              histograms: 0,
              labels,
              times: ascending.map(([time]) => time),
              bits: ascending.map(([, bits]) => bits),
            },
          ]);
        },
      ),
    );
  });

  it('keeps staleness markers, and takes the last of two samples of an instant', () => {
    const sent = {
      labels: [m],
      samples: [
        [5, 1],
        [5, 2],
        [3, STALE_BITS],
      ] as const,
    };
    expect(series(encodeRequest([sent]))).toMatchObject([
      { times: [3, 5], bits: [STALE_BITS, bitsOf(2)], samples: 3 },
    ]);
  });

  it('takes 0 for fields that are not sent, and passes unknown ones', () => {
    const bytes = Buffer.concat([
      message(1, message(1, Buffer.from('__name__'))),
      message(9, Buffer.from('?')),
      message(2, Buffer.alloc(0)),
    ]);
    const named = Buffer.concat([
      encodeSeries({ labels: [m], samples: [] }),
      message(2, Buffer.alloc(0)),
      Buffer.of(0x78),
      varint(300n),
      Buffer.of(0x7d, 1, 2, 3, 4),
    ]);
    expect(series(message(1, named))).toMatchObject([{ times: [0], bits: [0n] }]);
    expect(series(message(1, bytes))[0]).toHaveProperty('problem');
  });

  it('shares the instants of series that follow one another', () => {
    const one = (n: string): SentSeries => ({
      labels: [m, ['n', n]],
      samples: [
        [1, 1],
        [2, 2],
      ],
    });
    const read = parts(encodeRequest([one('a'), one('b')])).map((part) =>
      'series' in part ? part.series.series?.times : undefined,
    );
    expect(read[1]).toBe(read[0]);
  });

  it('tells metadata and counts histograms', () => {
    const bytes = Buffer.concat([
      message(
        3,
        Buffer.concat([
          Buffer.of(8, 1),
          message(2, Buffer.from('x_total')),
          message(4, Buffer.from('Help.')),
          message(5, Buffer.from('bytes')),
        ]),
      ),
      message(
        1,
        Buffer.concat([encodeSeries({ labels: [m], samples: [] }), message(4, Buffer.of(8, 1))]),
      ),
    ]);
    expect(parts(bytes)).toMatchObject([
      { metadata: { metric: 'x_total', type: 1, help: 'Help.', unit: 'bytes' } },
      { series: { histograms: 1, samples: 0 } },
    ]);
  });

  it.each<[string, SentSeries['labels'], string]>([
    ['no name', [['a', 'b']], 'a series has no __name__: {a="b"}'],
    ['an empty name', [['__name__', '']], 'a series has no __name__'],
    ['a label without name', [m, ['', 'x']], 'a label has no name'],
    [
      'a label twice',
      [m, ['a', '1'], ['a', '2']],
      'label a stands twice in {__name__="m", a="1", a="2"}',
    ],
  ])('refuses a series with %s, and reads the next', (_what, labels, problem) => {
    const good: SentSeries = { labels: [m], samples: [[1, 1]] };
    const [bad, next] = series(encodeRequest([{ labels, samples: [[1, 1]] }, good]));
    expect(bad).toMatchObject({ problem: expect.stringContaining(problem) as string, samples: 1 });
    expect(next).toMatchObject({ times: [1] });
  });

  it('sorts labels and drops empty ones', () => {
    const labels: SentSeries['labels'] = [['z', '1'], m, ['a', '']];
    expect(parts(encodeRequest([{ labels, samples: [[1, 1]] }]))).toMatchObject([
      { series: { series: { labels: { pairs: ['__name__', 'm', 'z', '1'] } } } },
    ]);
  });

  it.each([
    ['a message cut off', [0x0a, 5, 1]],
    ['a field of number 0', [0x00]],
    ['a group', [0x0b]],
    ['a wrong wire type', [0x08, 1]],
    ['a length without end', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['an integer without end', [0x78, ...new Array<number>(12).fill(0x80)]],
  ])('refuses %s', (_what, bytes) => {
    expect(() => parts(Uint8Array.from(bytes))).toThrow(ProtobufError);
  });

  it('throws nothing but its own error for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          parts(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtobufError);
        }
      }),
    );
  });
});
