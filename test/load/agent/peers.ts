/** Debian's agents beside ours, on this machine. */
import { ensureInstalled, versionOf } from '../peers/install.ts';
import type { Peer, PeerKind } from './peer.ts';

/** Those that are here or can be installed. */
export async function startPeers<Work>(
  kinds: readonly PeerKind<Work>[],
  folder: string,
  work: Work,
): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const kind of kinds.filter(ensureInstalled)) {
    const peer = await kind.start(folder, work);
    peers.push({ ...peer, name: `${peer.name} ${versionOf(kind)}` });
  }
  return peers;
}
