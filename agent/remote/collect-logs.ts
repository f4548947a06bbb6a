/** Sends the last lines of a unit's journal or of a file, of those that the device's file lists. */
import type { CommandAnswer, CommandContext, RemoteCommandKind } from './command.ts';

const DEFAULT_LINES = 200;
const MOST_LINES = 10_000;
const TIMEOUT_MS = 60_000;

export const collectLogs: RemoteCommandKind = {
  name: 'collect-logs',
  args: ['unit', 'file', 'lines'],
  byDefault: true,
  problem: (args) => {
    const lines = args.get('lines') ?? String(DEFAULT_LINES);
    const isCount = /^[1-9]\d{0,4}$/.test(lines) && Number(lines) <= MOST_LINES;
    if (!isCount) return `argument lines is a number from 1 to ${MOST_LINES}`;
    const isOne = (args.get('unit') === undefined) !== (args.get('file') === undefined);
    return isOne ? undefined : 'one of the arguments unit and file says what to send';
  },
  run: async (args, context) => {
    const lines = args.get('lines') ?? String(DEFAULT_LINES);
    const [kind, name] = args.has('unit')
      ? (['unit', args.get('unit') ?? ''] as const)
      : (['file', args.get('file') ?? ''] as const);
    const declared = kind === 'unit' ? context.logs.units : context.logs.files;
    // The very text of the configuration, so that nothing can be smuggled in beside it.
    if (!declared.includes(name)) {
      const list = declared.length === 0 ? 'none' : declared.join(', ');
      return { ok: false, text: `${name} is not among commands.logs.${kind}s (${list})` };
    }
    return send(
      kind === 'unit'
        ? ['journalctl', '--no-pager', '--output=short-iso', `--lines=${lines}`, `--unit=${name}`]
        : ['tail', '-n', lines, '--', name],
      `${lines} last lines of ${name}`,
      context,
    );
  },
};

async function send(
  command: readonly [string, ...string[]],
  what: string,
  { runner, signal, print }: CommandContext,
): Promise<CommandAnswer> {
  const result = await runner.run(command, {
    timeoutMs: TIMEOUT_MS,
    signal,
    keepBytes: 4096,
    output: print,
  });
  if (result.code === 0) return { ok: true, text: what };
  if (result.refused !== undefined) {
    return { ok: false, text: `${command[0]} cannot be started: ${result.refused}` };
  }
  if (result.timedOut) return { ok: false, text: `${command[0]} took too long` };
  const why = result.stderr.trim().split('\n').at(-1) ?? '';
  return { ok: false, text: `${command[0]} failed: ${why}` };
}
