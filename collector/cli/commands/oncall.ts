/** `muster oncall`: ladders that are being climbed, and alerts with who has them. */
import type { Command } from 'commander';
import { ago, clock } from '../../core/present.ts';
import { contextOf } from '../context.ts';
import type { CliIo } from '../io.ts';
import { table } from '../table.ts';

interface Climb {
  readonly escalation: string;
  readonly groupKey: string;
  readonly startedAt: number;
  readonly round: number;
  readonly step: number;
  readonly dueAt?: number;
}

interface Alert {
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAt: number;
  readonly conditions: readonly string[];
  readonly acknowledgement?: { readonly by: string; readonly until: number };
}

export function oncall(program: Command, io: CliIo): void {
  const group = program.command('oncall').description('who is told next, and who has what');

  group
    .command('alerts', { isDefault: true })
    .description('firing alerts: what holds them back, and who has them')
    .action(async (_options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const { alerts } = await client.json<{ alerts: Alert[] }>('/api/muster/v1/alerts');
      answer(alerts, () => alertsText(alerts, io.now()));
    });

  group
    .command('escalations')
    .description('ladders that are being climbed')
    .action(async (_options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const { escalations } = await client.json<{ escalations: Climb[] }>(
        '/api/muster/v1/escalations',
      );
      answer(escalations, () => climbsText(escalations, io.now()));
    });
}

function alertsText(alerts: readonly Alert[], now: number): string {
  if (alerts.length === 0) return 'no alert fires\n';
  return table(
    [
      { title: 'fingerprint', text: ({ fingerprint }) => fingerprint },
      { title: 'alert', text: ({ labels }) => labels['alertname'] ?? '' },
      { title: 'device', text: ({ labels }) => labels['instance'] ?? '' },
      { title: 'site', text: ({ labels }) => labels['site'] ?? '' },
      { title: 'since', text: ({ startsAt }) => ago(startsAt, now) },
      { title: 'state', text: ({ conditions }) => conditions.join(', ') || 'open' },
      { title: 'taken by', text: ({ acknowledgement: taken }) => taken?.by ?? '' },
    ],
    alerts,
  );
}

function climbsText(climbs: readonly Climb[], now: number): string {
  if (climbs.length === 0) return 'no ladder is being climbed\n';
  return table(
    [
      { title: 'ladder', text: ({ escalation }) => escalation },
      { title: 'group', text: ({ groupKey }) => groupKey },
      { title: 'since', text: ({ startedAt }) => ago(startedAt, now) },
      { title: 'round', right: true, text: ({ round }) => String(round + 1) },
      { title: 'told', right: true, text: ({ step }) => `${step} steps` },
      { title: 'next', text: ({ dueAt }) => (dueAt === undefined ? 'the end' : clock(dueAt)) },
    ],
    climbs,
  );
}
