/** The TLS files that the configuration names, as far as they can be read. */
import type { AgentConfig } from '../../config.ts';
import type { TlsFiles, World } from '../../ports/world.ts';

export async function tlsFiles(world: World, { broker }: AgentConfig): Promise<TlsFiles> {
  const read = async (path: string | undefined) =>
    path === undefined ? undefined : world.read(path);
  const [ca, cert, key] = await Promise.all([
    read(broker.caFile),
    read(broker.certFile),
    read(broker.keyFile),
  ]);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}
