/** Attacks by what is assigned or released: wrong files, wrong company, half of a whole. */

import type { Fetched } from '../../../../agent/core/trust/downloads.ts';
import { checkAllFetched, checkFetched } from '../../../../agent/core/trust/downloads.ts';
import type { ReleaseFile, ReleaseManifest } from '../../../../protocol/release.ts';
import type { Refusal } from '../../../../protocol/tuf/attacks.ts';
import { assigned, manifest, NOW, released, World } from '../world.ts';
import { APP, answer, on, planOf, refusal, settled, type Variant } from './variant.ts';

const LIB = manifest('lib', '2.0.0');
const NEEDS = manifest('app', '1.2.0', { dependencies: { lib: '2.' } });
const [FILE] = APP.files as [ReleaseFile];

/** The director assigns the file, the release repository says `custom` of it. */
function says(custom: Partial<ReleaseManifest>): Refusal | undefined {
  const world = settled();
  world.release(2, {
    targets: {
      [FILE.path]: {
        ...released(APP)[FILE.path],
        length: 1000,
        hashes: { sha256: FILE.sha256 },
        custom: { ...APP, ...custom } as never,
      },
    },
  });
  return answer(world);
}

/** The release is honest, the director assigns one of its files that is not for this device. */
function assigns(chosen: ReleaseFile, whole: ReleaseManifest): Refusal | undefined {
  const world = settled();
  world.release(2, { targets: released(whole) });
  world.direct(2, { targets: assigned(NOW + 2, [{ ...whole, files: [chosen] }]) });
  return answer(world);
}

const file = (name: string, change: Partial<ReleaseFile> = {}): ReleaseFile => ({
  ...FILE,
  path: `app/3.0.0/${name}`,
  sha256: Buffer.from(name.padEnd(32, '.')).toString('hex').slice(0, 64),
  ...change,
});
const THREE = manifest('app', '3.0.0', {
  files: [
    file('a'),
    file('b'),
    file('c', { architecture: 'all' }),
    file('d', { architecture: 'amd64' }),
  ],
});
const [A, B, C, D] = THREE.files as [ReleaseFile, ReleaseFile, ReleaseFile, ReleaseFile];
const FOREIGN = { ...THREE, files: [...THREE.files, file('e', { architecture: 'armhf' })] };

function swappedDownload(sent: 'b' | 'dependency'): Refusal | undefined {
  const world =
    sent === 'b'
      ? new World().offer(1, { ...THREE, files: [A, B] })
      : new World().offer(1, NEEDS, LIB);
  const { installables } = planOf(world);
  const [wanted, other] = installables;
  if (wanted === undefined || other === undefined) throw new Error('two files are needed');
  const { length, sha256 } = other.file;
  return refusal(checkFetched(wanted, { kind: 'file', length, sha256 }, installables));
}

const wrong: readonly Variant[] = [
  on('director', 'wrong-target', 'a file for another architecture', () => assigns(D, THREE)),
  on('director', 'wrong-target', 'a file for yet another architecture', () =>
    assigns(FOREIGN.files[4] as ReleaseFile, FOREIGN),
  ),
  on('director', 'wrong-target', 'a file that is no part of a release', () => {
    const world = settled();
    const stray = {
      [FILE.path]: { length: 1000, hashes: { sha256: FILE.sha256 }, custom: 'a note' },
    };
    world.release(2, { targets: stray });
    return answer(world);
  }),
  on('director', 'wrong-target', 'a file that its release does not list', () =>
    says({ files: [A] }),
  ),
  on('release', 'wrong-target', 'a release of another name', () => says({ name: 'other' })),
  on('release', 'wrong-target', 'a release of another version', () => says({ version: '1.0.1' })),
  on('release', 'wrong-target', 'a release that lists the file with another hash', () =>
    says({ files: [{ ...FILE, sha256: 'dd'.repeat(32) }] }),
  ),
  on('release', 'wrong-target', 'the server sends another file of the release', () =>
    swappedDownload('b'),
  ),
  on('release', 'wrong-target', 'the server sends another release’s file', () =>
    swappedDownload('dependency'),
  ),
];

function bundle(change: Partial<World['self']>, ...manifests: readonly ReleaseManifest[]) {
  const world = new World().offer(1, ...manifests);
  world.self = { ...world.self, ...change };
  return answer(world);
}

const onlyApp = { accepts: (name: string) => name === 'app' };
const OLD_LIB = { versions: new Map([['lib', '1.0.0']]) };
const dependency: readonly Variant[] = [
  on('director', 'bad-dependency', 'a release without what it depends on', () => bundle({}, NEEDS)),
  on('director', 'bad-dependency', 'what is installed is too old for it', () =>
    bundle(OLD_LIB, NEEDS),
  ),
  on('director', 'bad-dependency', 'an older release of the dependency', () =>
    bundle({}, NEEDS, manifest('lib', '1.9.0')),
  ),
  on('director', 'bad-dependency', 'something that nobody asked for comes along', () =>
    bundle(onlyApp, NEEDS, LIB, manifest('miner', '1.0.0')),
  ),
  on('release', 'bad-dependency', 'a release that needs what does not exist', () =>
    bundle({}, manifest('app', '1.3.0', { dependencies: { nowhere: '*' } })),
  ),
  on('release', 'bad-dependency', 'a range that nothing is in', () =>
    bundle({}, manifest('app', '1.3.0', { dependencies: { lib: '9.' } }), LIB),
  ),
  on('release', 'bad-dependency', 'a dependency that itself lacks one', () =>
    bundle({}, NEEDS, manifest('lib', '2.1.0', { dependencies: { deeper: '1.' } })),
  ),
  on('release', 'bad-dependency', 'packages that ask for each other and nobody for them', () =>
    bundle(
      onlyApp,
      APP,
      manifest('x', '1.0.0', { dependencies: { y: '*' } }),
      manifest('y', '1.0.0', { dependencies: { x: '*' } }),
    ),
  ),
];

function partly(...files: readonly ReleaseFile[]): Refusal | undefined {
  const world = settled();
  world.release(2, { targets: released(THREE) });
  world.direct(2, { targets: assigned(NOW + 2, [{ ...THREE, files }]) });
  return answer(world, 'director');
}

/** Everything of the bundle arrives, except for these. */
function without(...missing: readonly number[]): Refusal | undefined {
  const { installables } = planOf(new World().offer(1, NEEDS, LIB, manifest('tool', '1.0.0')));
  const came = installables.filter((_, at) => !missing.includes(at));
  const fetched = new Map(
    came.map(({ file: { path, length, sha256 } }): [string, Fetched] => [
      path,
      { kind: 'file', length, sha256 },
    ]),
  );
  return refusal(checkAllFetched(installables, fetched));
}

const partial: readonly Variant[] = [
  on('director', 'partial-bundle', 'the first of three files is left out', () => partly(B, C)),
  on('director', 'partial-bundle', 'the second of three files is left out', () => partly(A, C)),
  on('director', 'partial-bundle', 'the file for all architectures is left out', () =>
    partly(A, B),
  ),
  on('director', 'partial-bundle', 'one file alone is assigned', () => partly(C)),
  on('release', 'partial-bundle', 'the first release of a bundle does not come', () => without(0)),
  on('release', 'partial-bundle', 'a dependency does not come', () => without(1)),
  on('release', 'partial-bundle', 'the last release of a bundle does not come', () => without(2)),
  on('release', 'partial-bundle', 'one of three comes', () => without(0, 2)),
];

export const contentAttacks = [...wrong, ...dependency, ...partial];
