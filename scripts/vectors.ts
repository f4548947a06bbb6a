/**
 * Writes `test/vectors/*.json` from the cases beside this file: bytes in hexadecimal beside their
 * meaning. The vectors are a contract with other languages and are frozen: this ran once, people
 * read the result, and the tests never run it again. New cases go into new files or at the end;
 * a vector that is there must not change, so this refuses to overwrite unless told `--force`.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dictionaryId, encodeSchema } from '../protocol/messages/schema.ts';
import { BATCHES } from './vectors/batches.ts';
import type { CaretakingKind } from './vectors/caretaking.ts';
import { CARETAKING_CASES } from './vectors/caretaking-cases.ts';
import {
  decodeMeaning,
  encodeMeaning,
  hexOf,
  jsonOf,
  type Target,
  type Vector,
} from './vectors/meanings.ts';
import { DECODE_ONLY, INVALID } from './vectors/odd.ts';
import { ACKS, EVENTS, SCHEMAS, STATES } from './vectors/others.ts';

const folder = new URL('../test/vectors/', import.meta.url);

function vector(target: Target, name: string, meaning: unknown): Vector {
  const json = jsonOf(meaning);
  return {
    name,
    hex: hexOf(encodeMeaning(target, { name, hex: '', meaning: json })),
    meaning: json,
  };
}

function vectors(target: Target, cases: Readonly<Record<string, unknown>>): Vector[] {
  const odd = DECODE_ONLY.filter(([of]) => of === target).map(([, name, spaced]): Vector => {
    const hex = spaced.replaceAll(' ', '');
    return { name, decodeOnly: true, hex, meaning: decodeMeaning(target, hex, '') };
  });
  return [...Object.entries(cases).map(([name, meaning]) => vector(target, name, meaning)), ...odd];
}

function batchVectors(): Vector[] {
  return BATCHES.map(({ series, header, blocks, ...rest }) => {
    const bytes = encodeSchema(series);
    const meaning = { header, schema: dictionaryId(bytes), blocks };
    const dictionary = hexOf(bytes);
    const hex = hexOf(encodeMeaning('batch', { name: '', dictionary, hex: '', meaning }));
    return { ...rest, dictionary, hex, meaning };
  });
}

function schemaVectors(): Vector[] {
  const cases = Object.entries(SCHEMAS).map(([name, series]) => [
    name,
    { id: dictionaryId(encodeSchema(series)), series },
  ]);
  return vectors('schema', Object.fromEntries(cases) as Record<string, unknown>);
}

const caretaking = Object.fromEntries(
  Object.entries(CARETAKING_CASES).map(([kind, cases]) => [
    kind,
    vectors(kind as CaretakingKind, cases),
  ]),
);

const files: Readonly<Record<string, readonly unknown[]>> = {
  schema: schemaVectors(),
  batch: batchVectors(),
  state: vectors('state', STATES),
  event: vectors('event', EVENTS),
  ack: vectors('ack', ACKS),
  ...caretaking,
  invalid: INVALID.map((one) => ({ ...one, hex: one.hex.replaceAll(' ', '') })),
};

mkdirSync(folder, { recursive: true });
for (const [name, list] of Object.entries(files)) {
  const file = new URL(`${name}.json`, folder);
  if (existsSync(file) && !process.argv.includes('--force')) {
    console.error(`${file.pathname} exists and is frozen`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, `[\n${list.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`);
    console.log(`${list.length} in ${name}.json`);
  }
}
