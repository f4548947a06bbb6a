/** The guard against loops: a version that failed so often is not tried again by itself. */
import type { ReleaseManifest } from '../../../protocol/release.ts';
import { kindOfCode, type UpdateCode } from './codes.ts';
import { identity } from './manifest.ts';
import type { Tried } from './stored.ts';

export const MOST_TRIES = 2;

/** Why it is not tried; `undefined` when it may be. */
export function givenUp(release: ReleaseManifest, tried: Tried | undefined): string | undefined {
  if (tried === undefined || tried.what !== identity(release)) return undefined;
  if (tried.times < MOST_TRIES) return undefined;
  return `${release.name} ${release.version} failed ${tried.times} times, the last time: ${tried.why}`;
}

export function attemptOf(release: ReleaseManifest, tried: Tried | undefined): number {
  return tried?.what === identity(release) ? tried.times + 1 : 1;
}

/** After an end with this code; `undefined` where nothing is to be noted. */
export function noted(
  release: ReleaseManifest,
  tried: Tried | undefined,
  code: UpdateCode,
  why: string,
): Tried | undefined {
  if (kindOfCode(code) !== 'failed') return undefined;
  return { what: identity(release), times: attemptOf(release, tried), why };
}
