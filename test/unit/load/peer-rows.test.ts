/** What peers get in a bench is what simulated devices send. */
import { describe, expect, it } from 'vitest';
import { decodeBody } from '../../../protocol/messages/batch.ts';
import { decodeSchema } from '../../../protocol/messages/schema.ts';
import { makeTemplates, type Template } from '../../load/fleet/series.ts';
import { FleetRows } from '../../load/peers/fleet-rows.ts';
import { encoderFor } from '../../load/peers/formats.ts';

const SERIES = 80;

describe.each([1, 6])('rows for peers, %d a message', (rows) => {
  const templates = makeTemplates(SERIES, rows, 10_000);
  const data = new FleetRows(SERIES);

  it.each([0, 3, 131])('are those of device %d', (device) => {
    const { plain, bodies } = templates[device % templates.length] as Template;
    const schema = decodeSchema(plain.payload);
    if (!schema.ok) throw new Error(schema.error.code);
    for (const n of [0, 1, 40]) {
      const body = bodies[(device * 7 + n) % bodies.length] as Uint8Array;
      const decoded = decodeBody(body, 0, schema.value.series);
      if (!decoded.ok) throw new Error(decoded.error.code);
      expect(data.block(device, n * rows, rows).values).toEqual(decoded.value[0]?.values);
    }
  });
});

describe('forms for peers', () => {
  const names = [{ name: 'a_b_total', labels: [['instance', 'one']] as const }];
  const block = { device: 0, times: Float64Array.of(1000, 2000), values: Float64Array.of(1.5, 2) };

  it('text has a line a sample, with its time', () => {
    const text = encoderFor('text', () => names)([block]).toString();
    expect(text).toBe('a_b_total{instance="one"} 1.5 1000\na_b_total{instance="one"} 2 2000\n');
  });

  it('line protocol groups metrics of a subsystem', () => {
    const text = encoderFor('line protocol', () => names)([block]).toString();
    expect(text).toBe('a_b,instance=one total=1.5 1000\na_b,instance=one total=2 2000\n');
  });
});
