/** A program of Debian's that does beside ours what ours does. */
import type { Packaged } from '../peers/install.ts';
import type { Running } from './programs.ts';

export interface Peer {
  readonly name: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** How it is started, with what it is to do. */
export interface PeerKind<Work> extends Packaged {
  start(folder: string, work: Work): Promise<Peer>;
}

export function peerOf(name: string, running: Running, end: () => void = () => undefined): Peer {
  const stop = async () => {
    end();
    await running.stop('SIGKILL');
  };
  return { name, pid: running.pid, stop };
}
