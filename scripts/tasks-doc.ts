/**
 * Writes the table of executors in `docs/tasks.md` from the registry: `npx tsx scripts/tasks-doc.ts`.
 * A test holds the page against what this makes of the registry.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { taskKinds } from '../agent/tasks/index.ts';
import type { Task } from '../agent/tasks/task.ts';
import type { SchemaNode } from '../protocol/config/schema.ts';
import { formatDuration } from '../protocol/config/units.ts';

export const tasksDocPath = fileURLToPath(new URL('../docs/tasks.md', import.meta.url));

const BEGIN =
  '<!-- Made by scripts/tasks-doc.ts from agent/tasks; change those and run it again. -->';
const END = '<!-- End of what scripts/tasks-doc.ts made. -->';

/** The page with the tables as the registry has them. */
export async function tasksDoc(page: string): Promise<string> {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error('docs/tasks.md has no markers');
  const tasks = await Promise.all(taskKinds.map((one) => one.load()));
  return [before, BEGIN, '\n\n', tables(tasks), '\n', END, after].join('');
}

function tables(tasks: readonly Task[]): string {
  const rows = tasks.map(({ kind, summary, root, timeoutSeconds }) => {
    const where = root ? 'helper' : 'agent';
    return `| [${kind}](#${kind}) | ${where} | ${formatDuration(timeoutSeconds * 1000)} | ${summary} |`;
  });
  const head = ['| kind | runs in | timeout | what it does |', '|---|---|---|---|'];
  return [...head, ...rows, '', ...tasks.map(section)].join('\n');
}

function section({ kind, schema, root }: Task): string {
  const remote = root ? 'remote with `root: false`' : 'remote';
  const { properties = {}, required = [] } = schema as SchemaNode;
  const lines = Object.entries(properties).map(([name, option]) => {
    const given = [
      required.includes(name) ? 'needed' : shown(option.default),
      option['x-remote'] === true ? remote : '',
    ].filter((text) => text !== '');
    const facts = given.length === 0 ? '' : ` (${given.join(', ')})`;
    return `- \`${name}\`${facts}: ${option.description ?? ''}`;
  });
  const options = lines.length === 0 ? ['Takes no options.'] : lines;
  return [`### ${kind}`, '', ...options, ''].join('\n');
}

function shown(value: unknown): string {
  const isNothing = value === undefined || (Array.isArray(value) && value.length === 0);
  return isNothing ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(tasksDocPath, await tasksDoc(readFileSync(tasksDocPath, 'utf8')));
}
