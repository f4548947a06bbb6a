/**
 * Writes `docs/samplers.md` from the registry of samplers: `npx tsx scripts/samplers-doc.ts`. A
 * test holds the page against what this makes of the registry.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { samplers } from '../agent/samplers/index.ts';
import type { Sampler } from '../agent/samplers/sampler.ts';
import { samplersDocFrame } from './lib/samplers-doc-frame.ts';

export const samplersDocPath = fileURLToPath(new URL('../docs/samplers.md', import.meta.url));

interface OptionSchema {
  readonly type: string;
  readonly default: unknown;
  readonly description: string;
}

export function samplersDoc(): string {
  const { before, between, after } = samplersDocFrame;
  return [before, overview(), between, ...samplers.map(section), after].join('\n');
}

function overview(): string {
  const rows = samplers.map((one) => {
    const { name, summary, profiles, intervalSeconds } = one;
    const runs = profiles.length === 0 ? 'when asked' : profiles.join(', ');
    const every = intervalSeconds === undefined ? 'usual' : `${intervalSeconds} s`;
    return `| [${name}](#${name}) | ${runs} | ${every} | ${summary} |`;
  });
  return ['| sampler | profile | interval | what |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function section(one: Sampler): string {
  const lines = [`### ${one.name}`, '', ...metricLines(one), ''];
  const { properties = {} } = (one.options ?? {}) as {
    properties?: Readonly<Record<string, OptionSchema>>;
  };
  for (const [name, option] of Object.entries(properties)) {
    const full = one.presets?.full?.[name];
    const inFull = full === undefined ? '' : `, in \`full\` ${shown(full)}`;
    lines.push(
      `- \`${name}\` (${option.type}, ${shown(option.default)}${inFull}): ${option.description}`,
    );
  }
  if (Object.keys(properties).length > 0) lines.push('');
  return lines.join('\n');
}

function metricLines({ metrics, dynamicMetrics }: Sampler): string[] {
  const rows = metrics.map(
    ({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |`,
  );
  const table =
    rows.length > 0 ? ['| metric | type | labels | |', '|---|---|---|---|', ...rows] : [];
  if (dynamicMetrics === undefined) return table;
  return [...table, ...(table.length > 0 ? [''] : []), `Also ${dynamicMetrics}.`];
}

/** As a table cell or list item can hold it. */
function shown(value: unknown): string {
  return `\`${JSON.stringify(value).replaceAll('\\\\', '\\')}\``;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(samplersDocPath, samplersDoc());
  console.log(`${samplers.length} samplers`);
}
