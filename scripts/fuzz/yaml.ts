/** Texts that people write, as targets: a refusal says what is wrong; nothing else may be thrown. */
import { readdirSync, readFileSync } from 'node:fs';
import { parseDocument } from '../../agent/config/document.ts';
import { loadConfig } from '../../collector/core/alerting/config/load.ts';
import { parseRuleFile } from '../../collector/rules/file/parse.ts';
import type { Result } from '../../protocol/result.ts';

const ALL = { ok: true, value: undefined } as const;
const ODD = [
  'a: &a [x]\nb: [*a, *a]\nc: &c {d: *a}\n<<: *c\n',
  '&a [*a]',
  '- - - - - - - - - - x\n',
  'a: |\n  b\n   c\n- d',
  '%YAML 9.9\n---\n...\n---\n',
  '!!js/function "x"',
  '{a: {b: {c: [1, 0x1f, 1_000, .inf, ~, yes, 2026-11-21]}}}',
  '? [complex, key]\n: value\n',
  '"\\u0000\\x7f\\uD800"',
];

/** Our own files, and what YAML can do beyond them. */
export const yamlSeeds: readonly Uint8Array[] = [...shipped(), ...ODD].map((text) =>
  Buffer.from(text),
);

export function readRules(bytes: Uint8Array): Result<unknown> {
  parseRuleFile('fuzz.yml', textOf(bytes));
  return ALL;
}

export function readAlertmanager(bytes: Uint8Array): Result<unknown> {
  loadConfig(textOf(bytes));
  return ALL;
}

export function readSettings(bytes: Uint8Array): Result<unknown> {
  parseDocument(textOf(bytes));
  return ALL;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function shipped(): string[] {
  return ['rules', 'alerting'].flatMap((name) => {
    const folder = new URL(`../../deploy/${name}/`, import.meta.url);
    return readdirSync(folder)
      .filter((file) => /\.ya?ml$/.test(file))
      .map((file) => readFileSync(new URL(file, folder), 'utf8'));
  });
}
