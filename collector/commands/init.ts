/** `muster-collector init`: what a new installation needs; never overwrites. */
import { dirname, resolve } from 'node:path';
import { collectorSchema } from '../config.ts';
import type { CommandIo } from '../ports/commands.ts';
import { EXIT, parsed } from './command.ts';

const OPTIONS = { config: { type: 'string' }, data: { type: 'string' } } as const;
const USUAL_FILE = '/etc/muster/collector.yaml';

export async function init(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parsed(args, OPTIONS);
  const file = resolve(values.config ?? USUAL_FILE);
  const data = resolve(values.data ?? defaultData());
  try {
    say(io, data, await io.makeFolder(data, 0o750));
    await io.makeFolder(dirname(file), 0o755);
    say(io, file, await io.makeFile(file, starter(data), 0o640));
  } catch (error) {
    io.err(`muster-collector init: ${(error as Error).message}\n`);
    return EXIT.failed;
  }
  io.out(`Start with: muster-collector run --config ${file}\n`);
  return EXIT.ok;
}

function say(io: CommandIo, path: string, isNew: boolean): void {
  io.out(isNew ? `made ${path}\n` : `${path} was there and is left as it is\n`);
}

function defaultData(): string {
  return String(collectorSchema.properties?.['data']?.default);
}

/** JSON strings are YAML strings: any folder name comes through. */
function starter(data: string): string {
  return `# Configuration of muster-collector. All keys: docs/config-collector.md
# Check it with: muster-collector config check
data: ${JSON.stringify(data)}

# Both listen on this machine alone. There is no login yet: before opening them to others, put a
# proxy or broker with TLS and login in front.
http:
  listen: 127.0.0.1:8080
mqtt:
  listen: 127.0.0.1:1883
`;
}
