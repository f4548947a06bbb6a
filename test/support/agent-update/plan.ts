/** What the small agent is told, and what it says. */
import type { ReleaseManifest } from '../../../protocol/release.ts';

export interface Plan {
  readonly base: string;
  readonly wanted: readonly { readonly name: string; readonly version: string }[];
  readonly releases: readonly ReleaseManifest[];
  /** Where it is killed, once. */
  readonly dieAt?: 'before-note' | 'before-link' | 'after-link' | 'at-restart';
}

export interface Life {
  readonly version: string;
  readonly pid: number;
  readonly did:
    | 'started'
    | 'ended'
    | 'settled'
    | 'asked to restart'
    | 'told to stop'
    | 'told to reload';
  /** Versions that it says are installed. */
  readonly packages?: readonly string[];
  readonly texts?: readonly string[];
}
