/** What the commands ask of the world beyond the running agent: look, connect, print. */
import type { Environment } from '../../protocol/config/environment.ts';
import type { Clock, Host } from '../ports.ts';
import type { Runner } from './caretaking.ts';
import type { Prober } from './probing.ts';

/** An answer or the reason why there is none, for a person. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

export interface PathState {
  readonly kind: 'file' | 'folder' | 'socket' | 'other';
  readonly readable: boolean;
  readonly writable: boolean;
  /** Permission bits, e.g. 0o640. */
  readonly mode: number;
  readonly ownedByMe: boolean;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface TlsState {
  readonly protocol: string;
  /** Why the certificate is not trusted; absent when it is. */
  readonly distrust?: string;
  readonly subject: string;
  /** UTC milliseconds. */
  readonly validTo: number;
}

export interface MqttLogin {
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** Absent: not encrypted. */
  readonly tls?: TlsFiles;
}

export interface World {
  wall(): number;
  /** `undefined` when nothing is there. */
  path(path: string): Promise<PathState | undefined>;
  list(path: string): Promise<readonly string[]>;
  read(path: string): Promise<string | undefined>;
  freeBytes(path: string): Promise<number | undefined>;
  /** Whether the kernel or its time service says that the clock is synchronised. */
  clockSynced(): boolean | undefined;
  lookup(host: string): Promise<Answer<readonly string[]>>;
  /** Milliseconds until the connection stood. */
  connect(endpoint: Endpoint): Promise<Answer<number>>;
  tls(endpoint: Endpoint, files: TlsFiles): Promise<Answer<TlsState>>;
  /** The return code of the broker's CONNACK; 0 is a welcome. */
  mqttConnect(endpoint: Endpoint, login: MqttLogin): Promise<Answer<number>>;
  /** A certificate's end of validity, UTC milliseconds. */
  certificateEnd(pem: string): Answer<number>;
  /** Standard output of a command, whatever its exit code. */
  command(name: string, args: readonly string[]): Promise<Answer<string>>;
  /** What the agent that runs says of itself; another question than `/status` may be asked. */
  agentStatus(
    socket: string,
    question?: string,
  ): Promise<Answer<Readonly<Record<string, unknown>>>>;
}

export interface CheckTools {
  readonly clock: Clock;
  readonly runner: Runner;
  readonly prober: Prober;
}

export interface CommandIo {
  readonly env: Environment;
  out(text: string): void;
  err(text: string): void;
  readonly world: World;
  /** This machine's files, or a recorded tree of them below `root`. */
  openHost(root?: string): Host;
  /** What checks need beside the host, for those that are run by a command. */
  checkTools?(): Promise<CheckTools>;
  /** Update locks of the agent whose data this folder holds. */
  locks?(data: string): Promise<LockDesk>;
}

export interface LockDesk {
  /** Holds updates back for an hour from now on; also renews. */
  hold(name: string, reason: string): Promise<void>;
  /** `false`: there was none. */
  release(name: string): Promise<boolean>;
}
