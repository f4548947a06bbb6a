/** Tells the storage which blocks are free (`fstrim`). */
import type { Infer } from '../../protocol/config/schema.ts';
import { list, object, optional, size, text } from '../../protocol/config/schema.ts';
import { failureOf, isMissing, runProgram } from './kit/program.ts';
import { bytesText, counted, failed } from './kit/say.ts';
import { task } from './task.ts';

const schema = object('Trims file systems', {
  mountPoints: list('Where they are mounted', text('A mount point', { pattern: '^/' })),
  minimum: optional(size('Free ranges below this are left out', { remote: true })),
});

type Options = Infer<typeof schema>;

/** `/boot: 100.5 MiB (105381888 bytes) trimmed`, and with `--dry-run` the same with 0 bytes. */
const TRIMMED = /\((\d+) bytes\) (?:would be )?trimmed/;

export const trimTask = task<Options>({
  kind: 'trim',
  summary: 'tells the storage which blocks are free',
  schema,
  timeoutSeconds: 900,
  root: true,

  problems: ({ mountPoints }) =>
    mountPoints.length === 0
      ? [{ key: 'mountPoints', message: 'name at least one, e.g. /' }]
      : mountPoints.flatMap((path, index) =>
          /(^|\/)\.\.?(\/|$)|\0/.test(path)
            ? [{ key: `mountPoints.${index}`, message: `${path} holds "." or ".."` }]
            : [],
        ),

  async run({ mountPoints, minimum }, context) {
    const changes: string[] = [];
    const failures: string[] = [];
    let bytes = 0;
    let permanent = true;
    for (const path of mountPoints) {
      const command = [
        ...(['fstrim', '--verbose'] as const),
        ...(context.dryRun ? ['--dry-run'] : []),
        ...(minimum === undefined ? [] : ['--minimum', String(minimum)]),
        '--',
        path,
      ] as const;
      const result = await runProgram(context, command);
      const failure = failureOf(command, result);
      if (failure !== undefined) {
        failures.push(`${path}: ${failure}`);
        permanent &&= isMissing(result) || /not supported/.test(result.stderr);
        continue;
      }
      const trimmed = Number(TRIMMED.exec(result.stdout)?.[1] ?? 0);
      bytes += trimmed;
      changes.push(`${path}: ${bytesText(trimmed)}`);
    }
    if (failures.length > 0) {
      return {
        ...failed(failures.join('; '), permanent),
        changes,
        figures: { bytes_trimmed: bytes },
      };
    }
    const done = context.dryRun ? 'would trim' : 'trimmed';
    return {
      ok: true,
      text: `${done} ${counted(changes.length, 'file system')}, ${bytesText(bytes)}`,
      changes,
      figures: { bytes_trimmed: bytes },
    };
  },
});
