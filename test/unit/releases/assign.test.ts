/** Which files of a release are for a device. */
import { describe, expect, it } from 'vitest';
import { architectureOf, assignedFiles, fitOf } from '../../../collector/core/releases/assign.ts';
import type { Architecture, ReleaseFile } from '../../../protocol/release.ts';

const release = (...architectures: Architecture[]) => ({
  files: architectures.map(
    (architecture): ReleaseFile => ({
      ...{ path: `app/1.0.0/${architecture}`, architecture, length: 1, sha256: '0'.repeat(64) },
    }),
  ),
});

describe('an architecture', () => {
  it.each([
    ['x64', 'amd64'],
    ['aarch64', 'arm64'],
    ['arm', 'armhf'],
    ['riscv64', 'all'],
  ])('is read of the facts: %s is %s', (told, meant) => {
    expect(architectureOf(new Map([['arch', told]]))).toBe(meant);
  });
});

describe('files of a release', () => {
  const paths = (of: ReturnType<typeof release>, architecture?: Architecture) =>
    assignedFiles(of, architecture).map(({ architecture: its }) => its);

  it('are those of the architecture and those for all', () => {
    expect(paths(release('arm64', 'amd64', 'all'), 'amd64')).toEqual(['amd64', 'all']);
    expect(paths(release('arm64'), 'amd64')).toEqual([]);
    expect(fitOf(release('arm64'), 'amd64')).toBe('wrong-architecture');
  });

  it('are those of the only architecture for a device that has not told its own', () => {
    expect(paths(release('arm64', 'all'))).toEqual(['arm64', 'all']);
    expect(fitOf(release('all'), undefined)).toBe('fits');
    expect(paths(release('arm64', 'amd64', 'all'))).toEqual([]);
    expect(fitOf(release('arm64', 'amd64'), undefined)).toBe('architecture-unknown');
  });
});
