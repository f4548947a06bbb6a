/** Makes the deltas of a release that is being added, and puts those into the repository that are worth it. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EMPTY_SHA256 } from '../../../../protocol/delta/format.ts';
import type { ReleaseDelta } from '../../../../protocol/release.ts';
import {
  type DeltaWanted,
  digestOf,
  isCompressed,
  LARGEST_FOR_DELTA,
  makeDelta,
  type ReleaseFolder,
  tryDelta,
} from '../../../app/releases.ts';
import { type DeltaPlan, WORTH } from '../../../core/releases/deltas.ts';
import type { CliIo } from '../../io.ts';

export async function deltasOf(
  io: CliIo,
  folder: ReleaseFolder,
  plans: readonly DeltaPlan[],
): Promise<readonly ReleaseDelta[]> {
  await mkdir(join(folder.path, 'staged'), { recursive: true });
  const temp = await mkdtemp(join(folder.path, 'staged', 'delta-'));
  try {
    const made: ReleaseDelta[] = [];
    for (const plan of plans) {
      const one = await deltaOf(io, folder, plan, join(temp, 'delta'));
      if (one !== undefined) made.push(one);
    }
    return made;
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

async function deltaOf(
  io: CliIo,
  folder: ReleaseFolder,
  { version, from, to, path }: DeltaPlan,
  out: string,
): Promise<ReleaseDelta | undefined> {
  const title = version === undefined ? `${to.path} compressed` : `${to.path} from ${version}`;
  const source = from === undefined ? undefined : folder.targetPath(from.path, from.sha256);
  const wanted: DeltaWanted = {
    ...{ from: source, to: folder.targetPath(to.path, to.sha256), out },
    progress: bar(io, title),
  };
  const unfit = await whyNot(wanted, to.length, from?.length);
  if (unfit !== undefined) {
    // Said once for a file, not for each of its deltas.
    if (version !== undefined) io.err(`no delta: ${title}: ${unfit}\n`);
    return undefined;
  }
  await makeDelta(wanted);
  await tryDelta(wanted);
  const { length } = await digestOf(out);
  const share = `${((100 * length) / Math.max(1, to.length)).toFixed(1)} % of ${to.length} bytes`;
  if (length > to.length * WORTH) {
    io.err(`${io.terminal ? '\r' : ''}no delta: ${title}: it would be ${share}\n`);
    return undefined;
  }
  io.err(`${io.terminal ? '\r' : ''}${title}: ${share}\n`);
  const stored = await folder.addTarget(path, out);
  return { path, from: from?.sha256 ?? EMPTY_SHA256, to: to.sha256, ...stored };
}

async function whyNot(
  { from, to }: DeltaWanted,
  length: number,
  before: number | undefined,
): Promise<string | undefined> {
  if (await isCompressed(to)) {
    return 'it is compressed, so a delta would be no smaller (muster release build makes plain .tar)';
  }
  if (from === undefined) return undefined;
  if (Math.max(length, before ?? 0) > LARGEST_FOR_DELTA) {
    return `files of more than ${LARGEST_FOR_DELTA / 2 ** 20} MiB get none`;
  }
  const old = await isCompressed(from).catch(() => undefined);
  if (old === undefined) return 'the old file is not in the repository any more';
  return old ? 'the old file is compressed' : undefined;
}

function bar(io: CliIo, title: string): (share: number) => void {
  let last = 0;
  return (share) => {
    const percent = Math.floor(share * 20) * 5;
    if (!io.terminal || percent === last) return;
    last = percent;
    io.err(`\r${title}: ${percent} % read `);
  };
}
