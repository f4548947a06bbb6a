/**
 * What the device lets the collector tell it, where local applications find their flags, and where
 * the helper and the collector's HTTP API are. None of it may come from the collector.
 */
import { join, resolve } from 'node:path';
import type { Finding } from '../../protocol/config/problem.ts';
import { finding } from '../../protocol/config/problem.ts';
import type { Infer, Schema } from '../../protocol/config/schema.ts';
import { choice, list, object, optional, text } from '../../protocol/config/schema.ts';
import { COMMANDS, type CommandName } from '../../protocol/messages/command.ts';

/** Of `agent/remote`, as far as it is needed here. */
interface Kind {
  readonly name: CommandName;
  readonly byDefault: boolean;
}

export interface CommandsConfig {
  readonly allow: readonly CommandName[];
  /** Units by name, files by absolute path. */
  readonly logs: { readonly units: readonly string[]; readonly files: readonly string[] };
}

const UNIT = '^[a-zA-Z0-9_][a-zA-Z0-9:_.@\\\\-]{0,254}$';

export const commandsSchema = (kinds: readonly Kind[]) =>
  object('What the collector may tell this device to do.', {
    allow: {
      ...list(
        'Commands that are obeyed; all others are refused.',
        choice('A command.', Object.keys(COMMANDS) as CommandName[]),
      ),
      default: kinds.filter(({ byDefault }) => byDefault).map(({ name }) => name),
    } as Schema<readonly CommandName[]>,
    logs: object('What `collect-logs` may send.', {
      units: list(
        'Units of systemd whose journal may be sent.',
        text('A unit.', { pattern: UNIT, examples: ['app.service'] }),
      ),
      files: list('Files whose last lines may be sent.', text('A file.')),
    }),
  });

export const flagsSchema = object('Feature flags for local applications.', {
  file: optional(
    text('File with the values, as JSON. Default: flags.json beside the local door.', {
      restart: true,
    }),
  ),
});

export const helperSchema = object('The small helper that does what only root may do.', {
  socket: text('Unix socket on which it is asked.', {
    default: '/run/muster-helper/helper.sock',
    restart: true,
  }),
});

export const collectorSchema = object(
  'The HTTP API of the collector, for backups, feeds and updates.',
  {
    url: optional(
      text('Its address; without it, updates and tasks that need it fail and say so.', {
        pattern: '^https?://[^/@\\s]+(/[^@\\s]*)?$',
        examples: ['https://collector.example.com:8443'],
        restart: true,
      }),
    ),
    caFile: optional(
      text('Certificates (PEM) to trust instead of those of the system.', { restart: true }),
    ),
  },
);

export type CommandsSettings = Infer<ReturnType<typeof commandsSchema>>;
export type FlagsSettings = Infer<typeof flagsSchema>;
export type CollectorSettings = Infer<typeof collectorSchema>;

export function resolveCommands({ allow, logs }: CommandsSettings, folder: string): CommandsConfig {
  const files = logs.files.map((file) => resolve(folder, file));
  return { allow: [...new Set(allow)], logs: { units: logs.units, files } };
}

/** `socket` is the local door's resolved path. */
export function resolveFlags({ file }: FlagsSettings, folder: string, socket: string) {
  return { file: file === undefined ? join(socket, '..', 'flags.json') : resolve(folder, file) };
}

export function resolveCollector(settings: CollectorSettings, folder: string): CollectorSettings {
  const { caFile, ...rest } = settings;
  return caFile === undefined ? rest : { ...rest, caFile: resolve(folder, caFile) };
}

export function commandsRules({ allow, logs }: CommandsSettings): readonly Finding[] {
  const isNeeded = logs.units.length > 0 || logs.files.length > 0;
  if (!isNeeded || allow.includes('collect-logs')) return [];
  const message = 'means nothing while collect-logs is not in commands.allow';
  return [finding('conflict', ['commands', 'logs'], message, 'add collect-logs there')];
}

export function collectorRules({ url, caFile }: CollectorSettings): readonly Finding[] {
  if (caFile === undefined || url?.startsWith('https:') === true) return [];
  const message = 'means nothing without an https:// address in collector.url';
  return [finding('conflict', ['collector', 'caFile'], message)];
}
