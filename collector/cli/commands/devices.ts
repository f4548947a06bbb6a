/** `muster devices`: the fleet from the command line. */
import type { Command } from 'commander';
import { ago, clock, plural, span } from '../../core/present.ts';
import type { DeviceSummary, DeviceView } from '../../core/views.ts';
import { contextOf } from '../context.ts';
import type { CliIo } from '../io.ts';
import { pairs, table } from '../table.ts';

const PATH = '/api/muster/v1/devices';

interface ListOptions {
  readonly site?: string;
  readonly up?: boolean;
  readonly down?: boolean;
  readonly label?: readonly string[];
  readonly limit: string;
}

export function devices(program: Command, io: CliIo): void {
  const group = program.command('devices').description('list, show and forget devices');

  group
    .command('list', { isDefault: true })
    .description('all devices, in order of id')
    .option('--site <site>', 'only this site')
    .option('--up', 'only devices that are up')
    .option('--down', 'only devices that are down')
    .option('--label <name=value...>', 'only devices with all of these labels')
    .option('--limit <n>', 'at most so many', '100000')
    .action(async (options: ListOptions, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const found = await client.json<{ devices: DeviceSummary[]; total: number }>(
        PATH,
        asQuery(options),
      );
      answer(found.devices, () => listText(found, io.now()));
    });

  group
    .command('show <id>')
    .description('all that is known of one device')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const device = await client.json<DeviceView>(`${PATH}/${encodeURIComponent(id)}`);
      answer(device, () => deviceText(device, io.now()));
    });

  group
    .command('forget <id>')
    .description('end its series and clear its retained topics; it comes back when heard again')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      await client.delete(`${PATH}/${encodeURIComponent(id)}`);
      answer({ forgotten: id }, () => `${id} is forgotten\n`);
    });
}

function asQuery({ site, up, down, label = [], limit }: ListOptions): URLSearchParams {
  const query = new URLSearchParams();
  for (const one of label) query.append('label', one);
  if (site !== undefined) query.set('site', site);
  if (up === true) query.set('up', 'true');
  if (down === true) query.set('up', 'false');
  query.set('limit', limit);
  return query;
}

function listText(
  found: { devices: readonly DeviceSummary[]; total: number },
  now: number,
): string {
  if (found.total === 0) return 'no devices\n';
  const rows = table<DeviceSummary>(
    [
      { title: 'device', text: ({ id }) => id },
      { title: 'site', text: ({ site }) => site },
      { title: 'state', text: stateOf },
      { title: 'seen', text: ({ lastSeen }) => ago(lastSeen, now) },
      { title: 'version', text: ({ agentVersion }) => agentVersion },
      { title: 'gaps', right: true, text: ({ gapCount }) => String(gapCount) },
      {
        title: 'problems',
        text: ({ problems }) => problems.map((p) => p.split(':', 1)[0]).join(', '),
      },
    ],
    found.devices,
  );
  const { length } = found.devices;
  return length < found.total ? `${rows}${length} of ${found.total}\n` : rows;
}

function deviceText(device: DeviceView, now: number): string {
  const head = pairs([
    ['device', device.id],
    ['site', device.site],
    ['state', stateOf(device)],
    ['last seen', ago(device.lastSeen, now)],
    ['first seen', clock(device.firstSeen)],
    ['version', device.agentVersion],
    ['boot', device.boot],
    ['machine', device.machine],
    ['heartbeat', `${device.heartbeatSeconds} s`],
    ['capabilities', device.capabilities.join(', ')],
    ...device.problems.map((problem) => ['problem', problem] as const),
    ...prefixed('label', device.labels),
    ...prefixed('fact', device.facts),
  ]);
  const epochs = table(
    [
      { title: 'epoch', text: ({ epoch }) => epoch },
      { title: 'low', right: true, text: ({ low }) => String(low) },
      { title: 'next', right: true, text: ({ next }) => String(next) },
      {
        title: 'received',
        text: ({ received }) => received.map(({ first, last }) => `${first}-${last}`).join(' '),
      },
    ],
    device.epochs,
  );
  const gaps = table(
    [
      { title: 'from', text: ({ from }) => clock(from) },
      { title: 'length', right: true, text: ({ from, to }) => span(to - from) },
      { title: 'cause', text: ({ cause }) => cause },
      {
        title: 'lost',
        right: true,
        text: ({ samples }) => (samples === undefined ? 'not known' : plural(samples, 'sample')),
      },
    ],
    device.gaps,
  );
  return `${head}\n${epochs}${device.gaps.length === 0 ? '' : `\n${gaps}`}`;
}

function prefixed(prefix: string, entries: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(entries).map(([name, value]) => [`${prefix} ${name}`, value]);
}

function stateOf({ up }: Pick<DeviceView, 'up'>): string {
  return up === undefined ? 'unknown' : up ? 'up' : 'down';
}
