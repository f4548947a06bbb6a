/**
 * Writes `docs/config-{agent,collector}.md` and `docs/schemas/*` from the schemas of the two
 * programs and of rollout files: `npx tsx scripts/config-doc.ts`. A test holds them against what this makes.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { agentSchema } from '../agent/config/whole-schema.ts';
import { collectorSchema } from '../collector/config.ts';
import { schemaDocument } from '../collector/core/rollouts/schema-document.ts';
import { variableName } from '../protocol/config/environment.ts';
import { publish } from '../protocol/config/publish.ts';
import type { SchemaNode } from '../protocol/config/schema.ts';
import { root } from './lib/root.mjs';

interface Program {
  readonly name: 'agent' | 'collector';
  readonly schema: SchemaNode;
  readonly start: string;
}

const PROGRAMS: readonly Program[] = [
  {
    name: 'agent',
    schema: agentSchema,
    start: 'site: home\nbroker:\n  url: mqtts://collector.example.com:8883',
  },
  {
    name: 'collector',
    schema: collectorSchema,
    start: 'data: /var/lib/muster-collector\nhttp:\n  listen: 127.0.0.1:8080',
  },
];

/** Every file by its path in the checkout. */
export function configDocs(): ReadonlyMap<string, string> {
  const rollout = `${JSON.stringify(schemaDocument(), undefined, 2)}\n`;
  return new Map<string, string>([
    ['docs/schemas/rollout.schema.json', rollout],
    ...PROGRAMS.flatMap((program): [string, string][] => [
      [`docs/config-${program.name}.md`, page(program)],
      [
        `docs/schemas/${program.name}-config.schema.json`,
        `${JSON.stringify(publish(program.schema, program.name), undefined, 2)}\n`,
      ],
    ]),
  ]);
}

function page({ name, schema, start }: Program): string {
  const [top, ...groups] = tables(schema, []);
  return `# Configuration of muster-${name}

<!-- Made by scripts/config-doc.ts from ${name}/config/schema.ts; change that and run it again. -->

One YAML file, \`/etc/muster/${name}.yaml\` unless \`--config\` or \`MUSTER_CONFIG\` names another;
every key has a default, so the file may be short or missing:

\`\`\`yaml
${start}
\`\`\`

- \`muster-${name} config check FILE\` lists everything that is wrong with a file, by line and path.
  Unknown keys are refused. \`config show\` prints what is in effect, without secrets.
- Durations are written \`10s\`, \`5m\`, \`1h30m\`, \`2d\`; sizes \`512KiB\`, \`64MiB\`, \`2GiB\`. A bare number
  is refused.
- **The environment goes over the file**: the path in capitals, words apart by \`_\`
  (\`broker.passwordFile\` is \`MUSTER_BROKER_PASSWORD_FILE\`), lists separated by commas. An empty
  variable counts as not set; a \`MUSTER_…\` variable that means nothing is warned about.
- Secrets stand in the environment or in a file of their own that a key names, never in this file.
- Relative paths start at the folder of the file.
- **SIGHUP** reads the file again; one with mistakes changes nothing. Keys with "restart" take effect
  at the next start.
- [The JSON Schema](schemas/${name}-config.schema.json) serves editors: put
  \`# yaml-language-server: $schema=<its address>\` on the first line.

${[top, ...groups].join('\n')}`;
}

/** A table of the single values of a group, then those of the groups inside it. */
function tables(node: SchemaNode, keys: readonly string[], inherited = false): string[] {
  const restart = inherited || node['x-restart'] === true;
  const children = Object.entries(node.properties ?? {});
  const isGroup = ({ type, additionalProperties }: SchemaNode) =>
    type === 'object' && typeof additionalProperties !== 'object';
  const rows = children
    .filter(([, child]) => !isGroup(child))
    .map(([key, child]) =>
      row([...keys, key], child, restart, node.required?.includes(key) === true),
    );
  const heading = keys.length === 0 ? '## Top level' : `## ${keys.join('.')}`;
  const about = keys.length === 0 ? [] : [node.description ?? '', ''];
  const table = rows.length === 0 ? [] : ['| key | default | what |', '|---|---|---|', ...rows, ''];
  const inner = children
    .filter(([, child]) => isGroup(child))
    .flatMap(([key, child]) => tables(child, [...keys, key], restart));
  return [[heading, '', ...about, ...table].join('\n'), ...inner];
}

function row(
  keys: readonly string[],
  node: SchemaNode,
  inherited: boolean,
  required: boolean,
): string {
  const notes = [
    node.description,
    node.enum === undefined ? undefined : `One of ${node.enum.map((v) => code(v)).join(', ')}.`,
    bounds(node),
    node['x-env-only'] === true ? `Environment only: ${code(variableName(keys))}.` : undefined,
    inherited || node['x-restart'] === true ? 'Restart.' : undefined,
  ];
  const missing = required ? 'needed' : '';
  const otherwise = node.default === undefined ? missing : code(node.default);
  const what = notes.filter((note) => note !== undefined).join(' ');
  return `| ${code(keys.at(-1))} | ${otherwise} | ${what} |`;
}

function bounds(node: SchemaNode): string | undefined {
  const low = node['x-minimum'] ?? node.minimum;
  const high = node['x-maximum'] ?? node.maximum;
  if (low === undefined || high === undefined) return undefined;
  return `From ${low} to ${high}.`;
}

/** In a table cell: a bar would end it. */
function code(value: unknown): string {
  if (Array.isArray(value) && value.length === 0) return '`[]`';
  const text = String(value).replaceAll('|', '\\|');
  return text === '' ? '`""`' : `\`${text}\``;
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of configDocs()) {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    console.log(path);
  }
  const biome = join(root, 'node_modules/.bin/biome');
  const schemas = [...configDocs().keys()].filter((path) => path.endsWith('.json'));
  execFileSync(biome, ['format', '--write', ...schemas], { stdio: 'inherit', cwd: root });
}
