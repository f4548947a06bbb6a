/** What operators publish is what devices take: a delegated role, a director whose root people hold, deltas. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { type Checked, check, type Self } from '../../agent/core/trust/check.ts';
import { type Arrival, freshTrust, type TrustState } from '../../agent/core/trust/trusted.ts';
import { deltaFor, fileFor, isManifest } from '../../agent/core/updates/manifest.ts';
import { createDisk } from '../../agent/io/updates/disk.ts';
import { openStaging } from '../../agent/io/updates/staging.ts';
import { listed } from '../../collector/core/releases/catalog.ts';
import { allTargets } from '../../collector/core/releases/delegations.ts';
import type { Assigned } from '../../collector/core/releases/director.ts';
import { openDirector } from '../../collector/io/releases/director.ts';
import { ReleaseFolder } from '../../collector/io/releases/folder.ts';
import type { DirectorDesk } from '../../collector/ports/releases.ts';
import { hashedPath } from '../../protocol/tuf/paths.ts';
import {
  initialised,
  type ReleaseDesk,
  releaseDesk,
  signedAndPublished,
} from '../support/releases/muster.ts';

const DEVICE = 'press-17';

async function asked(desk: ReleaseDesk, director: DirectorDesk, state: TrustState) {
  const self: Self = {
    ...{ device: DEVICE, architecture: 'arm64' as const, installed: [], versions: new Map() },
    ...{ accepts: () => true, satisfies: () => true },
  };
  const steps = check(state, self, { wall: desk.now(), known: true });
  let step = steps.next();
  while (step.done !== true) {
    const { repository, file } = step.value;
    const bytes =
      repository === 'director'
        ? await director.file(DEVICE, file)
        : await readFile(desk.at('releases/metadata', file)).catch(() => undefined);
    const arrival: Arrival = bytes === undefined ? { kind: 'absent' } : { kind: 'bytes', bytes };
    step = steps.next(arrival);
  }
  return step.value;
}

function installables({ outcome }: Checked) {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal));
  return outcome.value.installables;
}

/** A version of `web-ui`, signed by the team alone. */
async function web(desk: ReleaseDesk, version: string): Promise<void> {
  const text = Array.from({ length: 3_000 }, (_, n) => Math.imul(n, 2654435761)).join('\n');
  await desk.tree(`web-${version}`, { page: `${text}${version}` });
  const archive = desk.at(`web-${version}.tar`);
  await desk.out('build', desk.at(`web-${version}`), '--out', archive);
  await desk.out('add', 'web-ui', version, '--file', archive, '--role', 'team');
  await desk.out('sign', 'team', '--key', desk.at('team'));
  await desk.out('publish', '--key', desk.at('work'));
}

it('takes a release of a delegated role, its delta, and follows a root that people signed', async () => {
  await using desk = await releaseDesk('releases-device');
  await initialised(desk);
  for (const key of ['team', 'p1']) await desk.key(key);
  await desk.out('delegate', 'team', '--key', desk.at('team.pub'), '--paths', 'web-*');
  await signedAndPublished(desk);
  await web(desk, '1.0.0');
  await web(desk, '1.1.0');

  const folder = new ReleaseFolder(desk.at('releases'));
  const { published, delegates } = await folder.load();
  const all = listed(allTargets(published.targets, delegates.published));
  expect(all.map(({ manifest }) => manifest.version)).toEqual(['1.1.0', '1.0.0']);
  let assigned: readonly Assigned[] = all.slice(0, 1).flatMap(({ manifest }) => manifest.files);
  const open = () =>
    openDirector(desk.at('director'), { now: desk.now, assigned: () => assigned, seen: () => 0 });
  let director = await open();
  const text = (path: string) => readFile(desk.at(path), 'utf8');
  const fresh = freshTrust(
    await text('director/metadata/1.root.json'),
    await text('releases/metadata/1.root.json'),
  );

  const first = await asked(desk, director, fresh);
  const [one] = installables(first);
  expect(one?.manifest.name).toBe('web-ui');
  expect(isManifest(one?.manifest)).toBe(true);

  // From the version before, as its file stands in the repository.
  const staging = await openStaging(desk.at('staging'), createDisk());
  const old = all[1] && fileFor(all[1].manifest, 'arm64');
  const file = one && fileFor(one.manifest, 'arm64');
  if (old === undefined || file === undefined || one === undefined) throw new Error('no file');
  const delta = deltaFor(one.manifest, file, new Set([old.sha256]));
  if (delta === undefined) throw new Error('no delta');
  expect(delta.length).toBeLessThan(file.length / 100);
  for (const { path, sha256 } of [old, delta]) {
    const from = desk.at('releases/targets', hashedPath(path, sha256));
    await createDisk().copy(from, staging.pathOf(sha256), 0o600);
  }
  await staging.patch(delta.from, delta.sha256, file);
  expect(await staging.verify(file)).toBe(true);

  const own = ['--director', desk.at('director')];
  const next = desk.at('next.json');
  const change = ['change', ...own, '--out', next, '--root-key', desk.at('p1.pub')];
  await desk.out('director-root', ...change, '--new-online-key');
  await desk.out('sign', next, '--key', desk.at('p1'));
  await desk.out('director-root', 'install', next, ...own);
  director = await open();
  assigned = all.slice(1).flatMap(({ manifest }) => manifest.files);
  desk.later(1);
  const second = await asked(desk, director, first.state);
  expect(installables(second)[0]?.manifest.version).toBe('1.0.0');
  expect(second.state.director.root).toContain('"version":2');

  // The role has another key now, and what is published of it is signed by the old one.
  await desk.key('another');
  await desk.out('delegate', 'team', '--key', desk.at('another.pub'), '--paths', 'web-*');
  await signedAndPublished(desk);
  expect((await asked(desk, director, second.state)).outcome.ok).toBe(false);
  expect((await asked(desk, director, fresh)).outcome).toMatchObject({
    ...{ ok: false, refusal: { attack: 'arbitrary-software' } },
  });
});
