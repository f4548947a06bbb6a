/**
 * Another language reads the wire: the documents' Python program decodes every batch vector bit
 * for bit, and a pipe as `mosquitto_sub` would feed it.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BatchMeaning, Vector } from '../../scripts/vectors/meanings.ts';

const PYTHON = '/usr/bin/python3';
const root = new URL('../../', import.meta.url);
const file = new URL('test/vectors/batch.json', root);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector<BatchMeaning>[];

function python(args: readonly string[], input: string) {
  return spawnSync(PYTHON, args, { input, encoding: 'utf8', cwd: new URL('docs/examples/', root) });
}

const missing = python(['-c', 'import cbor2'], '').status !== 0;

/** Prints each vector's blocks with cells as in the vectors' JSON. */
const PROGRAM = `
import json, math, struct, sys
from decode_batch import batch, dictionary, schema_id

def cell(value):
    if value is None: return None
    if math.isnan(value): return "nan:%016x" % struct.unpack("<Q", struct.pack("<d", value))
    if math.isinf(value): return "inf" if value > 0 else "-inf"
    return "-0" if value == 0 and math.copysign(1, value) < 0 else value

for vector in json.load(sys.stdin):
    payload = bytes.fromhex(vector["dictionary"])
    header, blocks = batch(bytes.fromhex(vector["hex"]), dictionary(payload))
    assert header[8] == schema_id(payload)
    print(json.dumps([
        {"times": times, "firstAlias": first, "columns": [[cell(c) for c in cs] for cs in columns]}
        for times, first, columns in blocks
    ]))
`;

describe.skipIf(missing)('Python (skipped when python3-cbor2 is not installed)', () => {
  it('reads every batch vector bit for bit', () => {
    const { status, stdout, stderr } = python(['-c', PROGRAM], JSON.stringify(vectors));
    expect([status, stderr]).toEqual([0, '']);
    const read = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(read).toHaveLength(vectors.length);
    vectors.forEach(({ name, meaning }, i) => {
      expect([name, read[i]]).toEqual([name, meaning.blocks]);
    });
  });

  it('prints what a subscription brings', () => {
    const { dictionary, hex } = vectors.find(({ name }) => name.startsWith('two blocks')) ?? {};
    const input = [
      `muster/v1/lab/edge-1/m ${hex}`,
      `muster/v1/lab/edge-1/schema ${dictionary}`,
      `muster/v1/lab/edge-1/m ${hex}`,
    ].join('\n');
    const { status, stdout } = python(['decode_batch.py'], input);
    expect(status).toBe(0);
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'muster/v1/lab/edge-1/m waits for its dictionary',
      'edge-1 vector_0 {} 100.0 1763690000123',
      'edge-1 vector_0 {} 101.0 1763690010123',
      'edge-1 vector_1 {} 1.25 1763690000123',
    ]);
  });
});
