/** Makes systemd's journal smaller (`journalctl --vacuum-size`, `--vacuum-time`). */
import type { Infer } from '../../protocol/config/schema.ts';
import {
  count,
  duration,
  flag,
  object,
  optional,
  size,
  text,
} from '../../protocol/config/schema.ts';
import { amountOf } from './kit/amount.ts';
import { failureOf, isMissing, runProgram } from './kit/program.ts';
import { bytesText, failed } from './kit/say.ts';
import { task } from './task.ts';

const schema = object("Deletes the oldest files of systemd's journal", {
  maxBytes: optional(size('What the journal may take afterwards', { min: '1MiB', remote: true })),
  maxAge: optional(duration('Older entries go, a file at a time', { min: '1m', remote: true })),
  maxFiles: optional(count('Files that stay', { min: 1, remote: true })),
  rotate: flag('Closes the files that are written to first, so that they count too', {
    default: false,
    remote: true,
  }),
  directory: optional(text("A journal that is not the system's own", { pattern: '^/' })),
});

type Options = Infer<typeof schema>;

/** One line for each of the journal's folders, on standard error. */
const FREED = /freed (\S+) of archived journals/g;
const DELETED = /Deleted archived journal (\S+) \((\S+?)\)/g;

export const vacuumJournalTask = task<Options>({
  kind: 'vacuum-journal',
  summary: "deletes the oldest files of systemd's journal",
  schema,
  timeoutSeconds: 300,
  root: true,

  problems: ({ maxBytes, maxAge, maxFiles, rotate, directory }) => [
    ...(maxBytes === undefined && maxAge === undefined && maxFiles === undefined
      ? [{ key: 'maxBytes', message: 'say one of maxBytes, maxAge, maxFiles' }]
      : []),
    ...(rotate && directory !== undefined
      ? [{ key: 'rotate', message: "is for the system's own journal: leave out directory" }]
      : []),
  ],

  async run({ maxBytes, maxAge, maxFiles, rotate, directory }, context) {
    const where = directory === undefined ? [] : [`--directory=${directory}`];
    const limits = [
      ...(rotate ? ['--rotate'] : []),
      ...(maxBytes === undefined ? [] : [`--vacuum-size=${maxBytes}`]),
      ...(maxAge === undefined ? [] : [`--vacuum-time=${Math.ceil(maxAge / 1000)}s`]),
      ...(maxFiles === undefined ? [] : [`--vacuum-files=${maxFiles}`]),
    ];
    const command = [
      'journalctl',
      ...where,
      ...(context.dryRun ? ['--disk-usage'] : limits),
    ] as const;
    const result = await runProgram(context, command, { keepBytes: 1024 * 1024 });
    const failure = failureOf(command, result);
    if (failure !== undefined) return failed(failure, isMissing(result));
    if (context.dryRun) {
      const text = `would vacuum with ${limits.join(' ')}; ${result.stdout.trim()}`;
      return { ok: true, text, changes: [], figures: {} };
    }
    const { bytes, changes } = freedBy(result.stderr + result.stdout);
    return {
      ok: true,
      text: `the journal gave back ${bytesText(bytes)}`,
      changes,
      figures: { bytes_freed: bytes, files_removed: changes.length },
    };
  },
});

export function freedBy(output: string): { bytes: number; changes: readonly string[] } {
  const amounts = [...output.matchAll(FREED)].map(([, amount = '']) => amountOf(amount) ?? 0);
  const changes = [...output.matchAll(DELETED)].map(([, path, amount]) => `${path} (${amount})`);
  return { bytes: amounts.reduce((sum, each) => sum + each, 0), changes };
}
