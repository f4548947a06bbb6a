/** The guard against loops: a version that failed is not tried again at once, nor too often. */
import type { ReleaseManifest } from '../../../protocol/release.ts';
import { kindOfCode, type UpdateCode } from './codes.ts';
import { identity } from './manifest.ts';
import type { Tried } from './stored.ts';

export const MOST_TRIES = 2;
/** Long enough for a collector that saw the failure to want something else. */
const PAUSE_MS = 60_000;

/** Why it is not tried; `undefined` when it may be. */
export function givenUp(release: ReleaseManifest, tried: Tried | undefined): string | undefined {
  if (tried === undefined || tried.what !== identity(release)) return undefined;
  if (tried.times < MOST_TRIES) return undefined;
  return `${release.name} ${release.version} failed ${tried.times} times, the last time: ${tried.why}`;
}

/** Milliseconds until it may be tried again, also by an agent that was started since. */
export function pauseFor(release: ReleaseManifest, tried: Tried | undefined, now: number): number {
  if (tried === undefined || tried.what !== identity(release)) return 0;
  // A clock that went back would make it wait for ever.
  return tried.at > now ? 0 : Math.max(0, tried.at + PAUSE_MS - now);
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
  now: number,
): Tried | undefined {
  if (kindOfCode(code) !== 'failed') return undefined;
  return { what: identity(release), times: attemptOf(release, tried), why, at: now };
}
