/**
 * Writes `docs/checks.md` from the registry of checks: `npx tsx scripts/checks-doc.ts`. A test holds
 * the page against what this makes of the registry.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Check } from '../agent/checks/check.ts';
import { checkKinds } from '../agent/checks/index.ts';
import { checksSchema } from '../agent/config/checks.ts';
import type { SchemaNode } from '../protocol/config/schema.ts';
import { checksDocFrame } from './lib/checks-doc-frame.ts';

export const checksDocPath = fileURLToPath(new URL('../docs/checks.md', import.meta.url));

export async function checksDoc(): Promise<string> {
  const all = await Promise.all(checkKinds.map((of) => of.load()));
  const one = checksSchema([]) as SchemaNode;
  const { before, common, kinds } = checksDocFrame;
  return [
    before,
    common,
    ...keyTable(one.additionalProperties as SchemaNode),
    '',
    kinds,
    ...overview(all),
    '',
    ...all.flatMap(section),
  ].join('\n');
}

function overview(all: readonly Check[]): string[] {
  const rows = all.map(({ kind, summary, intervalSeconds, timeoutSeconds }) => {
    return `| [${kind}](#${kind}) | ${intervalSeconds} s | ${timeoutSeconds} s | ${summary} |`;
  });
  return ['| kind | interval | timeout | what |', '|---|---|---|---|', ...rows];
}

function section({ kind, schema }: Check): string[] {
  return [`### ${kind}`, '', ...keyTable(schema), ''];
}

function keyTable(node: SchemaNode): string[] {
  const rows = keys(node, '').map(
    ([key, { description, default: value, ...of }]) =>
      `| \`${key}\` | ${formOf(of)} | ${value === undefined ? '' : `\`${JSON.stringify(value)}\``} | ${
        of['x-remote'] === true ? 'yes' : ''
      } | ${(description ?? '').replaceAll('|', '\\|')} |`,
  );
  return ['| key | form | default | remote | |', '|---|---|---|---|---|', ...rows];
}

/** Every key with a value of its own, groups opened. */
function keys(node: SchemaNode, path: string, remote = false): [string, SchemaNode][] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]): [string, SchemaNode][] => {
    const at = path === '' ? key : `${path}.${key}`;
    const isRemote = remote || child['x-remote'] === true;
    if (child.properties !== undefined) {
      const own = keys(child, at, isRemote);
      // What the group says of both levels stands before what each level adds.
      return own.map(([name, leaf]) => [name, joined(child, leaf)]);
    }
    return [[at, isRemote ? { ...child, 'x-remote': true } : child]];
  });
}

function joined(group: SchemaNode, leaf: SchemaNode): SchemaNode {
  const isLevel = /^(Warning|Critical)\b/.test(leaf.description ?? '');
  return isLevel ? { ...leaf, description: `${group.description} ${leaf.description}` } : leaf;
}

function formOf(node: SchemaNode): string {
  if (node.enum !== undefined) return node.enum.map((one) => `\`${String(one)}\``).join(', ');
  if (node['x-unit'] !== undefined) return node['x-unit'];
  if (node.type === 'array') return `list of ${formOf(node.items ?? {})}`;
  if (node.type === 'object')
    return `names and ${formOf(Object(node.additionalProperties) as SchemaNode)}`;
  if (node.format === 'regex') return 'regular expression';
  const names = {
    string: 'text',
    integer: 'whole number',
    number: 'number',
    boolean: 'true or false',
  };
  return names[node.type as keyof typeof names] ?? 'value';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(checksDocPath, await checksDoc());
  console.log(`${checkKinds.length} kinds`);
}
