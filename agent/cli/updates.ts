/**
 * `muster-agent updates`: what the running agent says of its packages, and `hold` and `release`, the
 * update lock by hand.
 */
import { join } from 'node:path';
import type { CommandIo } from '../ports/world.ts';
import { configuration, EXIT, parsed, UsageError } from './command.ts';
import { asked, readable } from './status.ts';

const OPTIONS = {
  json: { type: 'boolean' },
  config: { type: 'string' },
  socket: { type: 'string' },
  reason: { type: 'string' },
} as const;

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

export async function updates(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parsed(args, OPTIONS, true);
  const [verb, name, ...rest] = positionals;
  if (verb === undefined) return asked('/updates', values, io, shown);
  if (verb !== 'hold' && verb !== 'release') throw new UsageError(`no verb ${verb}`);
  if (name === undefined || rest.length > 0) throw new UsageError(`${verb} which name?`);
  if (!NAME.test(name)) {
    throw new UsageError(`${name} is no name of a lock: small letters, digits, ".", "_" and "-"`);
  }
  if (verb === 'release' && values.reason !== undefined) {
    throw new UsageError('--reason belongs to hold');
  }
  const loaded = await configuration(values.config, io);
  if (loaded === undefined) return EXIT.failed;
  return locked(verb, name, values.reason ?? 'by hand', loaded.config.data, io);
}

async function locked(
  verb: 'hold' | 'release',
  name: string,
  reason: string,
  data: string,
  io: CommandIo,
): Promise<number> {
  const folder = join(data, 'updates', 'locks');
  if (io.locks === undefined) throw new Error('this program cannot write locks');
  const locks = await io.locks(data);
  try {
    if (verb === 'hold') {
      await locks.hold(name, reason);
      io.out(`No update begins for an hour, or until: muster-agent updates release ${name}\n`);
      return EXIT.ok;
    }
    if (await locks.release(name)) {
      io.out(`${name} holds updates no more.\n`);
      return EXIT.ok;
    }
    io.err(`${name} holds no updates: nothing of that name is in ${folder}\n`);
  } catch (error) {
    io.err(`${folder}: ${(error as Error).message}\n`);
  }
  return EXIT.failed;
}

interface Said {
  readonly wanted?: readonly Line[];
  readonly installed?: readonly Line[];
  readonly [key: string]: unknown;
}

interface Line {
  readonly name: string;
  readonly version: string;
  readonly state?: string;
  readonly why?: string;
  readonly slot?: string;
}

/** A line for each package; the rest as it comes. */
function shown(value: object): string {
  const { wanted = [], installed = [], ...rest } = value as Said;
  const line = ({ name, version, state, why, slot }: Line) => {
    const more = [state, why, slot].filter((one) => one !== undefined && one !== '');
    return `  ${name} ${version}${more.length > 0 ? `: ${more.join(', ')}` : ''}\n`;
  };
  const part = (title: string, lines: readonly Line[]) =>
    lines.length === 0 ? `${title}: none\n` : `${title}:\n${lines.map(line).join('')}`;
  return `${part('wanted', wanted)}${part('installed', installed)}${readable(rest)}`;
}
