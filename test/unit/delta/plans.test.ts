/** Which deltas a release gets. */
import { expect, it } from 'vitest';
import type { Listed } from '../../../collector/core/releases/catalog.ts';
import {
  type DeltaPlan,
  type DeltaTerms,
  deltaPlans,
} from '../../../collector/core/releases/deltas.ts';
import type { Architecture, ReleaseFile } from '../../../protocol/release.ts';

function file(version: string, architecture: Architecture, content = version): ReleaseFile {
  const sha256 = Buffer.from(`${content} ${architecture}`).toString('hex').padEnd(64, '0');
  return { path: `app/${version}/${architecture}.tar`, architecture, length: 9, sha256 };
}

function listed(version: string, files: readonly ReleaseFile[]): Listed {
  const installer = { kind: 'archive', options: {} } as const;
  const parts = { deltas: [], dependencies: {}, notes: '', files } as const;
  const manifest = { format: 1, name: 'app', version, installer, ...parts } as const;
  return { manifest, lifecycle: 'published', channels: [] };
}

const published = ['1.0.0', '1.9.0', '1.10.0', '2.0.0-rc.1', '3.0.0'].map((version) =>
  listed(version, [file(version, 'arm64'), file(version, 'amd64')]),
);
const usual: DeltaTerms = { name: 'app', version: '2.0.0', newest: 3, also: [] };

function plans(
  files: readonly ReleaseFile[],
  all: readonly Listed[] = published,
  terms: Partial<DeltaTerms> = {},
) {
  const made = deltaPlans(files, all, { ...usual, ...terms });
  if ('problem' in made) throw new Error(made.problem);
  return made;
}

const versions = (made: readonly DeltaPlan[]) => made.map(({ version }) => version);

it('are from the newest older versions, of the same architecture, and from nothing', () => {
  const made = plans([file('2.0.0', 'arm64')]);
  expect(versions(made)).toEqual([undefined, '2.0.0-rc.1', '1.10.0', '1.9.0']);
  expect(made.every(({ from }) => from === undefined || from.architecture === 'arm64')).toBe(true);
  expect(made.map(({ path }) => path)).toEqual([
    'app/2.0.0/arm64.tar.gz.delta',
    'app/2.0.0/arm64.tar.from-2.0.0-rc.1.delta',
    'app/2.0.0/arm64.tar.from-1.10.0.delta',
    'app/2.0.0/arm64.tar.from-1.9.0.delta',
  ]);
});

it('are from others as well when these are named, also newer ones, once each', () => {
  const also = ['1.0.0', '3.0.0', '1.10.0'];
  const made = versions(plans([file('2.0.0', 'arm64')], published, { newest: 1, also }));
  expect(made).toEqual([undefined, '2.0.0-rc.1', '1.0.0', '1.10.0', '3.0.0']);
  expect(deltaPlans([], published, { ...usual, also: ['9.9.9'] })).toEqual({
    problem: 'there is no published app 9.9.9',
  });
});

it('are none from the same bytes, nor from another package', () => {
  const same = file('2.0.0', 'arm64', '1.10.0');
  expect(versions(plans([same]))).toEqual([undefined, '2.0.0-rc.1', '1.9.0']);
  expect(versions(plans([same], published, { name: 'other' }))).toEqual([undefined]);
});

it('cross to and from a file for all, under names of their own', () => {
  const made = plans([file('2.0.0', 'all')], published.slice(0, 1));
  expect(made.map(({ path }) => path)).toEqual([
    'app/2.0.0/all.tar.gz.delta',
    'app/2.0.0/all.tar.from-1.0.0-arm64.delta',
    'app/2.0.0/all.tar.from-1.0.0-amd64.delta',
  ]);
});
