/** Payloads to start from: the vectors, the crafted worst ones, and what earlier runs found. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { decodeBatch } from '../../protocol/messages/batch.ts';
import { TARGETS as MESSAGES } from '../vectors/meanings.ts';
import { bytesOf } from './hex.ts';
import { promqlSeeds } from './promql.ts';
import { remoteWriteSeeds } from './remote-write.ts';
import type { Target } from './targets.ts';
import { yamlSeeds } from './yaml.ts';

export interface Seed {
  readonly target: Target;
  readonly bytes: Uint8Array;
}

const vectors = new URL('../../test/vectors/', import.meta.url);
export const corpus = new URL('fuzz-corpus/', vectors);

export function seeds(): Seed[] {
  const found: Seed[] = [];
  for (const file of [...MESSAGES, 'invalid']) {
    const list = JSON.parse(readFileSync(new URL(`${file}.json`, vectors), 'utf8')) as {
      hex: string;
      target?: Target;
    }[];
    for (const { hex, target } of list) {
      const bytes = Buffer.from(hex, 'hex');
      if (file !== 'invalid') found.push({ target: target ?? (file as Target), bytes });
      const batch = decodeBatch(bytes);
      if (batch.ok) found.push({ target: 'body', bytes: batch.value.body });
    }
  }
  for (const bytes of promqlSeeds) found.push({ target: 'promql', bytes });
  for (const bytes of remoteWriteSeeds) found.push({ target: 'remotewrite', bytes });
  for (const target of ['rules', 'alertmanager', 'settings'] as const)
    for (const bytes of yamlSeeds) found.push({ target, bytes });
  return [...found, ...findings()];
}

/** Named `<target>-<what>.hex`, as the fuzzer saves them. */
function findings(): Seed[] {
  if (!existsSync(corpus)) return [];
  return readdirSync(corpus)
    .filter((name) => name.endsWith('.hex'))
    .map((name) => ({
      target: name.split('-')[0] as Target,
      bytes: bytesOf(readFileSync(new URL(name, corpus), 'utf8')),
    }));
}
