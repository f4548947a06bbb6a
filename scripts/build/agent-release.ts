// What a release of the agent is made of: for each architecture a folder as it stands in a slot, and
// the file that `muster release add --spec` reads. Source maps stay at home.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/root.mjs';

/** Name in releases -> folder of the addons. */
const HOSTS = { amd64: 'linux-x64', arm64: 'linux-arm64', armhf: 'linux-arm' } as const;

const SPEC = `# muster release add muster-agent VERSION --spec release.yaml --file amd64=... --file arm64=...
installer:
  kind: agent
  options: { path: /usr/lib/muster/agent, root: true, keep: 2 }
probe: { windowMs: 60000 }
`;

/** From the built agent below `dist`; its folders, as paths below it. */
export function layOutAgentRelease(dist: string = join(root, 'dist')): readonly string[] {
  const from = join(dist, 'agent');
  const release = join(dist, 'agent-release');
  rmSync(release, { recursive: true, force: true });
  const folders = Object.entries(HOSTS).map(([architecture, host]) => {
    const to = join(release, architecture);
    mkdirSync(to, { recursive: true });
    const isOthers = (path: string) => (/\/prebuilds\/([^/]+)/.exec(path)?.[1] ?? host) !== host;
    const filter = (path: string) => !path.endsWith('.map') && !isOthers(path.slice(from.length));
    cpSync(from, to, { recursive: true, filter });
    return `agent-release/${architecture}`;
  });
  writeFileSync(join(release, 'release.yaml'), SPEC);
  return folders;
}
