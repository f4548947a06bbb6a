/** `muster status`: how the collector does, in one look. The exit code says whether it is well. */
import type { Command } from 'commander';
import { ago } from '../../core/present.ts';
import type { ComponentHealth, DeviceSummary, HealthStatus } from '../../core/views.ts';
import { contextOf } from '../context.ts';
import { CliError, type CliIo } from '../io.ts';
import { pairs, table } from '../table.ts';

interface Health {
  readonly status: HealthStatus;
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly components: readonly ComponentHealth[];
  readonly startedAt: number;
  readonly version: string;
}

export function status(program: Command, io: CliIo): void {
  program
    .command('status')
    .description('health of the collector and its parts; exits with 1 when unhealthy')
    .action(async (_options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const health = await client.any<Health>('/health');
      if (!Array.isArray(health.components))
        throw new CliError('what answers there is no collector');
      const limit = new URLSearchParams({ limit: '100000' });
      const { devices } = await client.json<{ devices: DeviceSummary[] }>(
        '/api/muster/v1/devices',
        limit,
      );
      const up = devices.filter((device) => device.up === true).length;
      const down = devices.filter((device) => device.up === false).length;
      const counts = { known: devices.length, up, down, unknown: devices.length - up - down };
      answer({ ...health, devices: counts }, () => statusText(health, counts, io.now()));
      if (health.status === 'unhealthy') throw new CliError('the collector is unhealthy');
    });
}

function statusText(
  health: Health,
  devices: Readonly<Record<string, number>>,
  now: number,
): string {
  const { status: state, ready, reasons, components, startedAt, version } = health;
  const head = pairs([
    ['collector', `${state}, ${ready ? 'ready' : `not ready: ${reasons.join('; ')}`}`],
    ['version', version],
    ['started', ago(startedAt, now)],
    [
      'devices',
      Object.entries(devices)
        .map(([name, count]) => `${count} ${name}`)
        .join(', '),
    ],
  ]);
  const parts = table<ComponentHealth>(
    [
      { title: 'part', text: ({ name }) => name },
      { title: 'status', text: (part) => part.status },
      { title: 'detail', text: ({ detail }) => detail },
    ],
    components,
  );
  return `${head}\n${parts}`;
}
