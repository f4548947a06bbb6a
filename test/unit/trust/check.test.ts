/** What a device accepts when nobody attacks. */
import { expect, it } from 'vitest';
import {
  assigned,
  DAY,
  hashOf,
  manifest,
  NOW,
  released,
  World,
} from '../../support/trust/world.ts';

const APP = manifest('app', '1.0.0');
const NEXT = manifest('app', '1.1.0');

function pathsOf(world: World): readonly string[] {
  const { outcome } = world.check();
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal));
  return outcome.value.installables.map(({ file }) => file.path);
}

function installed(world: World, version: number, ...manifests: readonly (typeof APP)[]): void {
  const files = manifests.flatMap((one) => one.files);
  const list = files.map(({ path, sha256 }) => ({ path, sha256, assignment: version }));
  world.self = { ...world.self, installed: list };
}

it('installs what both repositories say', () => {
  const world = new World().offer(1, APP);
  const { outcome } = world.check();
  expect(outcome).toMatchObject({
    ok: true,
    value: {
      installables: [
        {
          manifest: APP,
          assignment: NOW + 1,
          location: `app/1.0.0/${hashOf('app 1.0.0')}.app.tar.gz`,
        },
      ],
    },
  });
});

it('asks for little when nothing is new', () => {
  const world = new World().offer(1, APP);
  world.check();
  installed(world, NOW + 1, APP);
  world.asked.length = 0;
  expect(pathsOf(world)).toEqual([]);
  expect(world.asked.map(({ repository, file }) => `${repository} ${file}`)).toEqual([
    'director 2.root.json',
    'director timestamp.json',
  ]);
});

it('goes on to a newer release, and back to an older one by a newer decision', () => {
  const world = new World().offer(1, APP);
  world.check();
  installed(world, NOW + 1, APP);
  world.release(2, { targets: released(APP, NEXT) });
  world.direct(2, { targets: assigned(NOW + 2, [NEXT]) });
  expect(pathsOf(world)).toEqual(['app/1.1.0/app.tar.gz']);
  installed(world, NOW + 2, NEXT);
  world.direct(3, { targets: assigned(NOW + 3, [APP]) });
  expect(pathsOf(world)).toEqual(['app/1.0.0/app.tar.gz']);
});

it('believes a signed time more than its clock', () => {
  const world = new World().offer(1, APP);
  world.clock = { wall: 0, known: false };
  expect(pathsOf(world)).toHaveLength(1);
  expect(world.state.signedTime).toBe(NOW);
  world.direct(2, {
    targets: assigned(NOW + 1, [APP]),
    expires: NOW - DAY,
    signedAt: NOW - 2 * DAY,
  });
  expect(world.check().outcome).toMatchObject({ ok: false, refusal: { attack: 'freeze' } });
});

it('fetches only the files that are missing, and counts those that are there', () => {
  const two = manifest('app', '2.0.0', {
    files: [
      { path: 'app/2.0.0/a', architecture: 'arm64', length: 1, sha256: 'aa'.repeat(32) },
      { path: 'app/2.0.0/b', architecture: 'all', length: 2, sha256: 'bb'.repeat(32) },
    ],
  });
  const world = new World().offer(1, two);
  world.self = {
    ...world.self,
    installed: [{ path: 'app/2.0.0/a', sha256: 'aa'.repeat(32), assignment: NOW }],
  };
  expect(pathsOf(world)).toEqual(['app/2.0.0/b']);
});
