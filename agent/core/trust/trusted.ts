/** What a device trusts: the metadata that it has verified, byte for byte, and the newest signed time. */
import type { Attack } from '../../../protocol/tuf/attacks.ts';

/** Of one repository. All of it is replaced together. */
export interface TrustedSet {
  readonly root: string;
  readonly timestamp?: string;
  readonly snapshot?: string;
  /** `targets` and delegated roles, by name. */
  readonly roles: Readonly<Record<string, string>>;
}

export const REPOSITORIES = ['director', 'release'] as const;
export type RepositoryName = (typeof REPOSITORIES)[number];

export interface TrustState {
  readonly director: TrustedSet;
  readonly release: TrustedSet;
  /** UTC milliseconds: the newest time that the director has signed. */
  readonly signedTime: number;
}

/** What a device starts with: the roots that came with its installation. */
export function freshTrust(directorRoot: string, releaseRoot: string): TrustState {
  return {
    director: { root: directorRoot, roles: {} },
    release: { root: releaseRoot, roles: {} },
    signedTime: 0,
  };
}

/** A file that the verification asks for, below the repository's `metadata/`. */
export interface Wanted {
  readonly repository: RepositoryName;
  readonly file: string;
  /** Stop reading there and answer `too-long`. */
  readonly maxBytes: number;
}

/** How fetching ended. `absent` is the server's word (404, 403), `unanswered` is no word. */
export type Arrival =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'absent' | 'unanswered' | 'too-long' | 'too-slow' };

export const ARRIVAL_ATTACKS = {
  absent: 'malicious-mirror',
  unanswered: 'drop-request',
  'too-long': 'endless-data',
  'too-slow': 'slow-retrieval',
} as const satisfies Record<Exclude<Arrival['kind'], 'bytes'>, Attack>;

export const ARRIVAL_DETAILS = {
  absent: 'signed metadata names it, and the server says that it is not there',
  unanswered: 'the server does not answer',
  'too-long': 'the server sends more than was signed or allowed',
  'too-slow': 'the server sends too slowly',
} as const;

export interface Terms {
  /** UTC milliseconds, not below the newest signed time (`time.ts`). */
  readonly now: number;
  /** UTC milliseconds, as the machine itself believes. */
  readonly wall: number;
  /** The clock was set by somebody: a version that names a far future is then refused. */
  readonly clockKnown: boolean;
  /** This device: metadata that names another one is refused. */
  readonly device: string;
  /** The director's repository: its metadata must name the device, and counts in UTC milliseconds. */
  readonly director: boolean;
}
