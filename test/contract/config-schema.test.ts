/** Our own check against ajv, and the published documents against the schemas. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentSchema } from '../../agent/config/whole-schema.ts';
import { collectorSchema } from '../../collector/config.ts';
import { check } from '../../protocol/config/check.ts';
import { publish } from '../../protocol/config/publish.ts';
import type { Schema, SchemaNode } from '../../protocol/config/schema.ts';
import { configDocs } from '../../scripts/config-doc.ts';
import { rounds } from '../support/rounds.ts';

const root = new URL('../..', import.meta.url).pathname;
const SCHEMAS: readonly (readonly ['agent' | 'collector', Schema<unknown>])[] = [
  ['agent', agentSchema],
  ['collector', collectorSchema],
];

/** Values that are right, nearly right and wrong, for any key. */
const value = fc.oneof(
  fc.constantFrom<unknown>('10s', '5m', '64MiB', 'edge', 'full', 'info', 'auto', 'trust', 'x', ''),
  fc.constantFrom<unknown>('127.0.0.1:80', 'mqtt://a:1', 'mqtts://a', 'off', '[', '^a', '1h30m'),
  fc.constantFrom<unknown>(true, false, 0, 1, 5, 1.5, -1, 1e9, [], {}, ['a'], [1], { a: 'b' }),
  fc.string({ maxLength: 8 }),
);

/** A tree with some of the schema's keys and some of its own. */
function treeFor(node: SchemaNode): fc.Arbitrary<unknown> {
  if (node.type !== 'object' || node.properties === undefined) return value;
  const names = Object.keys(node.properties).filter(
    (key) => node.properties?.[key]?.['x-env-only'] !== true,
  );
  const own = fc
    .subarray(names, { maxLength: Math.min(4, names.length) })
    .chain((some) =>
      fc.record(
        Object.fromEntries(some.map((key) => [key, treeFor(node.properties?.[key] ?? {})])),
      ),
    );
  const strange = fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), value, { maxKeys: 1 });
  return fc.oneof(
    { weight: 12, arbitrary: own },
    { weight: 1, arbitrary: fc.tuple(own, strange).map(([a, b]) => ({ ...a, ...b })) },
    { weight: 1, arbitrary: value },
  );
}

/** What the standard cannot say: bounds of quantities, ports. ajv lets those pass. */
const BEYOND = new Set(['out-of-range', 'malformed']);

describe.each(SCHEMAS)('%s', (name, schema) => {
  const ajv = new Ajv({
    strict: false,
    formats: { regex: (text: string) => isRegex(text) },
  });
  const validate = ajv.compile(publish(schema, name));

  test('the published schema is a schema, and accepts the empty file', () => {
    expect(ajv.validateSchema(publish(schema, name))).toBe(true);
    expect(validate({})).toBe(true);
  });

  test('ajv agrees on what is right', () => {
    let accepted = 0;
    fc.assert(
      fc.property(treeFor(schema), (tree) => {
        const { problems } = check(schema, tree);
        const ours = problems.length === 0;
        const theirs = validate(tree);
        if (ours) expect(theirs, JSON.stringify(validate.errors)).toBe(true);
        else if (theirs) expect(problems.every(({ code }) => BEYOND.has(code))).toBe(true);
        accepted += ours ? 1 : 0;
      }),
      { numRuns: rounds(3000), seed: 7 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});

test.each([...configDocs()])('%s is current', async (path, text) => {
  const written = await readFile(join(root, path), 'utf8').catch(() => '');
  // biome has its own way to break the lines of JSON.
  const form = (content: string) =>
    path.endsWith('.json') ? (JSON.parse(content || '{}') as unknown) : content;
  expect(form(written), 'npx tsx scripts/config-doc.ts').toEqual(form(text));
});

function isRegex(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
