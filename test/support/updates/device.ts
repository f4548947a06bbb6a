/** A device with real files that takes updates from a server nearby; what it is made of, for tests. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import semver from 'semver';
import { createClock } from '../../../agent/io/clock.ts';
import { openFacts } from '../../../agent/io/facts.ts';
import { createDownloader } from '../../../agent/io/fetch/downloader.ts';
import { createRunner } from '../../../agent/io/runner.ts';
import { createDisk } from '../../../agent/io/updates/disk.ts';
import { createLocks } from '../../../agent/io/updates/locks.ts';
import { openStaging } from '../../../agent/io/updates/staging.ts';
import type { Journal } from '../../../agent/ports/caretaking.ts';
import type { Units } from '../../../agent/ports/updates.ts';
import type { Clock } from '../../../agent/ports.ts';
import { Updating, type UpdatingDeps } from '../../../agent/work/updating.ts';
import type { ReportBody } from '../../../protocol/messages/report.ts';
import type { ReleaseManifest } from '../../../protocol/release.ts';
import { silentLog } from '../silent-log.ts';

export interface Told extends ReportBody {
  readonly id: string;
}

export interface DeviceOptions {
  readonly base: string;
  readonly releases: readonly ReleaseManifest[];
  readonly deps?: Partial<UpdatingDeps>;
}

const noUnits: Units = {
  restart: () => Promise.resolve(),
  state: () => Promise.resolve({ isActive: true, pid: 0 }),
};

export async function device(data: string, { base, releases, deps = {} }: DeviceOptions) {
  await mkdir(data, { recursive: true });
  const reports: Told[] = [];
  const disk = createDisk();
  const clock = createClock();
  const journal: Journal = {
    event: () => Promise.resolve(),
    report: (id, report) => {
      reports.push({ id, ...report });
      return Promise.resolve();
    },
    result: () => Promise.resolve(),
    now: () => Math.max(0, Math.round(clock.wall())),
  };
  const updating = new Updating({
    ...{
      clock: quiet(clock),
      disk,
      journal,
      log: silentLog,
      runner: createRunner(),
      units: noUnits,
    },
    facts: await openFacts(join(data, 'facts')),
    machine: { architecture: 'amd64', boot: 'boot', isRoot: false, hasSystemd: false },
    staging: await openStaging(join(data, 'updates', 'files'), disk),
    helper: { ask: () => Promise.resolve({ ok: false, text: 'there is no helper' }) },
    linkUp: () => true,
    failing: () => [],
    ask: async (url, signal) => (await fetch(url, { signal })).status,
    downloader: createDownloader({ base, boot: 'boot', backoff: { minMs: 1, maxMs: 5 } }),
    locks: createLocks(join(data, 'updates', 'locks'), () => Date.now()),
    pace: () => ({}),
    trusted: {
      releases: (wanted) =>
        Promise.resolve(
          wanted.map(({ name, version }) => {
            const found = releases.find((one) => one.name === name && one.version === version);
            const why = 'nobody signed it';
            return found === undefined
              ? { ok: false as const, name, version, code: 'untrusted' as const, why }
              : { ok: true as const, manifest: found };
          }),
        ),
    },
    versions: () => Promise.resolve(semver),
    random: () => 0.5,
    changed: () => undefined,
    ...deps,
  });
  return { updating, reports, disk };
}

/** Far timers (the next try, the next look) do not keep a program of tests alive. */
function quiet(clock: Clock): Clock {
  return {
    wall: () => clock.wall(),
    mono: () => clock.mono(),
    after: (ms, action) => (ms > 20_000 ? () => undefined : clock.after(ms, action)),
  };
}
