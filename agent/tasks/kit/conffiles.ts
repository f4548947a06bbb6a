/**
 * Packages that would ask: a configuration file was changed here, and the new version brings
 * another one than the old version did. Exactly then dpkg asks which of the two to take.
 */
import type { TaskContext } from '../task.ts';
import type { Apt } from './apt.ts';
import { conffilesOf, sumsOf, type Upgrade } from './apt-output.ts';
import { runProgram } from './program.ts';

/** The files it would ask about. */
export async function wouldAsk(
  upgrade: Upgrade,
  apt: Apt,
  context: TaskContext,
): Promise<readonly string[]> {
  const changed = await changedHere(upgrade.name, apt, context);
  if (changed.size === 0) return [];
  const spool = await context.upkeep.spool(context.data);
  const folder = `${spool}/${context.name}.unpacked`;
  try {
    await apt.run(['mkdir', '--parents', '--mode=0700', '--', folder]);
    await apt.run(['dpkg-deb', '--extract', await apt.placeOf(upgrade), folder]);
    const brought = await sums(
      [...changed.keys()].map((path) => folder + path),
      context,
    );
    return [...changed].flatMap(([path, { was, is }]) => {
      const now = brought.get(folder + path);
      return now === undefined || now === was || now === is ? [] : [path];
    });
  } finally {
    await context.runner.run(['rm', '-rf', '--', folder], { timeoutMs: 60_000 });
  }
}

interface Change {
  readonly was: string;
  /** Absent: it was deleted. */
  readonly is: string | undefined;
}

async function changedHere(
  name: string,
  apt: Apt,
  context: TaskContext,
): Promise<ReadonlyMap<string, Change>> {
  const format = `--showformat=$\{Conffiles}\\n`;
  const { stdout } = await apt.dpkg('dpkg-query', '--show', format, name);
  const known = conffilesOf(stdout);
  const root = await apt.folder();
  const found = await sums(
    [...known.keys()].map((path) => root + path),
    context,
  );
  const changes = new Map<string, Change>();
  for (const [path, was] of known) {
    const is = found.get(root + path);
    if (is !== was) changes.set(path, { was, is });
  }
  return changes;
}

/** A file that is not there is told on standard error, and has no sum. */
async function sums(
  paths: readonly string[],
  context: TaskContext,
): Promise<ReadonlyMap<string, string>> {
  if (paths.length === 0) return new Map();
  const settings = { quiet: true, keepBytes: 1024 * 1024 };
  const result = await runProgram(context, ['md5sum', '--', ...paths], settings);
  if (result.refused !== undefined) throw new Error(`md5sum cannot run: ${result.refused}`);
  return sumsOf(result.stdout);
}
