/** `muster config`: layers of configuration, and what they come to on devices. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CORE_SCHEMA, load } from 'js-yaml';
import { canonical, type Difference } from '../../core/fleet/diff.ts';
import type { Layer } from '../../core/fleet/layers.ts';
import { clock, plural } from '../../core/present.ts';
import type { DesiredSummary, DesiredView } from '../../ports/fleet-desk.ts';
import { contextOf } from '../context.ts';
import { CliError, type CliIo } from '../io.ts';
import { send, userName } from '../sending.ts';
import { pairs, table } from '../table.ts';

const API = '/api/muster/v1';

interface Who {
  readonly by?: string;
  readonly comment: string;
}

interface SetOptions extends Who {
  readonly selector?: string;
  readonly priority?: string;
  readonly share?: string;
  readonly off?: boolean;
}

export function config(program: Command, io: CliIo): void {
  const group = program
    .command('config')
    .description('configuration of devices: layers, what they come to, their history');
  looking(group, io);
  changing(group, io);
}

function looking(group: Command, io: CliIo): void {
  group
    .command('list', { isDefault: true })
    .description('all layers')
    .action(async (_options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const { layers } = await client.json<{ layers: Layer[] }>(`${API}/layers`);
      answer(layers, () => (layers.length === 0 ? 'no layers\n' : layersText(layers)));
    });

  group
    .command('show <layer>')
    .description('fleet, site:berlin, selector:canary, device:pi-1')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const layer = await client.json<Layer>(pathOf(id));
      answer(layer, () => layerText(layer));
    });

  group
    .command('history <layer>')
    .description('its versions, newest first')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const { versions } = await client.json<{ versions: Layer[] }>(`${pathOf(id)}/history`);
      answer(versions, () => layersText(versions));
    });

  group
    .command('diff <layer> <from> [to]')
    .description('what differs between two versions (default: up to the newest)')
    .action(async (id: string, from: string, to: string | undefined, _o, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const until = to ?? String((await client.json<Layer>(pathOf(id))).version);
      const query = new URLSearchParams({ from, to: until });
      const path = `${pathOf(id)}/diff`;
      const { differences } = await client.json<{ differences: Difference[] }>(path, query);
      answer(differences, () => differencesText(differences));
    });

  group
    .command('device <id>')
    .description('what is wanted of a device, and what it says to that')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const path = `${API}/devices/${encodeURIComponent(id)}/desired`;
      const view = await client.json<DesiredView>(path);
      answer(view, () => desiredText(view));
    });

  group
    .command('status')
    .description('how many devices have what is wanted, and which refused it')
    .action(async (_options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const summary = await client.json<DesiredSummary>(`${API}/desired`);
      answer(summary, () => summaryText(summary));
    });
}

function changing(group: Command, io: CliIo): void {
  signed(
    group
      .command('set <layer> <file>')
      .description('a file in YAML or JSON (- reads standard input)')
      .option('--selector <selector>', 'of selector:<name>: which devices')
      .option('--priority <n>', 'among selectors: higher lies over lower')
      .option('--share <percent>', 'only on this share of the devices at first')
      .option('--off', 'keep it, and let it add nothing'),
  ).action(async (id: string, file: string, options: SetOptions, command: Command) => {
    const { selector, priority, share, off, by, comment } = options;
    const body = {
      config: await readTree(file),
      ...(selector === undefined ? {} : { selector }),
      ...(priority === undefined ? {} : { priority: numberOf('--priority', priority) }),
      ...(share === undefined ? {} : { share: numberOf('--share', share) }),
      enabled: off !== true,
      ...{ by: userName(io, by), comment },
    };
    said(io, command, await send<Layer>(io, command, 'PUT', pathOf(id), body));
  });

  signed(
    group.command('revert <layer> <version>').description('an earlier content as a new version'),
  ).action(async (id: string, version: string, { by, comment }: Who, command: Command) => {
    const body = { version: numberOf('version', version), by: userName(io, by), comment };
    said(io, command, await send<Layer>(io, command, 'POST', `${pathOf(id)}/revert`, body));
  });

  signed(
    group.command('delete <layer>').description('take a layer away; its history stays'),
  ).action(async (id: string, { by, comment }: Who, command: Command) => {
    const query = new URLSearchParams({ by: userName(io, by), comment });
    await send(io, command, 'DELETE', `${pathOf(id)}?${query.toString()}`);
    contextOf(io, command).answer({ deleted: id }, () => `${id} is gone\n`);
  });
}

function signed(command: Command): Command {
  return command
    .option('--comment <text>', 'why', '')
    .option('--by <name>', 'who (default: $USER)');
}

function said(io: CliIo, command: Command, layer: Layer): void {
  contextOf(io, command).answer(layer, () => `${layer.id} is at version ${layer.version}\n`);
}

function pathOf(id: string): string {
  return `${API}/layers/${encodeURIComponent(id)}`;
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) {
    throw new CliError(`${name}: ${JSON.stringify(text)} is not a number`);
  }
  return value;
}

async function readTree(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file === '-' ? '/dev/stdin' : file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CliError(
      `${file}: ${code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`}`,
    );
  }
  try {
    return text.trim() === '' ? {} : load(text, { schema: CORE_SCHEMA });
  } catch (error) {
    throw new CliError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function layersText(layers: readonly Layer[]): string {
  return table(
    [
      { title: 'layer', text: ({ id }) => id },
      { title: 'version', right: true, text: ({ version }) => String(version) },
      { title: 'for', text: ({ selector = '' }) => selector },
      { title: 'priority', right: true, text: ({ priority }) => String(priority) },
      { title: 'share', right: true, text: ({ share }) => `${share} %` },
      { title: 'state', text: stateOf },
      { title: 'at', text: ({ at }) => clock(at) },
      { title: 'by', text: ({ by }) => by },
      { title: 'comment', text: ({ comment }) => comment },
    ],
    layers,
  );
}

function stateOf({ deleted, enabled }: Layer): string {
  if (deleted === true) return 'deleted';
  return enabled ? 'on' : 'off';
}

function layerText(layer: Layer): string {
  return `${layersText([layer])}\n${JSON.stringify(layer.config, undefined, 2)}\n`;
}

function differencesText(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'no difference\n';
  return differences
    .map(({ path, before, after }) => {
      const minus = before === undefined ? '' : `- ${path}: ${canonical(before)}\n`;
      return minus + (after === undefined ? '' : `+ ${path}: ${canonical(after)}\n`);
    })
    .join('');
}

function desiredText(view: DesiredView): string {
  const { reported, layers } = view;
  const head = pairs([
    ['device', view.device],
    ['state', view.state],
    ['version', view.version === 0 ? 'none' : `${view.version}, ${clock(view.issuedAt)}`],
    ['layers', layers.map(({ id, version }) => `${id}@${version}`).join(' ')],
    ...(view.problem === '' ? [] : [['problem', view.problem] as const]),
    ...(reported?.problems ?? []).map(
      ({ path, message }) => ['refused', `${path}: ${message}`] as const,
    ),
    ...(reported?.restartNeeded ?? []).map((path) => ['waits for restart', path] as const),
    ...Object.entries(view.flags).map(([name, value]) => [`flag ${name}`, String(value)] as const),
    ...packageLines(view),
  ]);
  const missing = view.differences.length === 0 ? '' : `\n${differencesText(view.differences)}`;
  return `${head}\n${JSON.stringify(view.config, undefined, 2)}\n${missing}`;
}

function packageLines({ packages, reported }: DesiredView): (readonly [string, string])[] {
  const wanted = new Map(packages.map(({ name, version }) => [name, version]));
  const runs = new Map(reported?.packages.map(({ name, version }) => [name, version]));
  return [...new Set([...wanted.keys(), ...runs.keys()])].sort().map((name) => {
    const [want, has = 'none'] = [wanted.get(name), runs.get(name)];
    const line = want === undefined ? `${has}, none is wanted` : `${want} is wanted, has ${has}`;
    return [`package ${name}`, want === has ? has : line];
  });
}

function summaryText({ counts, troubled }: DesiredSummary): string {
  const head = pairs(Object.entries(counts).map(([state, n]) => [state, plural(n, 'device')]));
  if (troubled.length === 0) return head;
  const rows = troubled.map(({ device, state, problems }) => {
    const why = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
    return `${device}  ${state}  ${why}\n`;
  });
  return `${head}\n${rows.join('')}`;
}
