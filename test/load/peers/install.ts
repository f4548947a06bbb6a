/** Debian's packages of the peers: fetched when this is root, else the peer is left out by name. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface Packaged {
  readonly name: string;
  readonly packages: readonly string[];
  readonly program: string;
}

/** Whether it is here now. */
export function ensureInstalled({ name, packages, program }: Packaged): boolean {
  if (existsSync(program)) return true;
  if (install(packages) && existsSync(program)) return true;
  console.log(`${name} is not here and could not be installed: left out`);
  return false;
}

/** Its Debian version, as it stands beside figures. */
export function versionOf({ packages }: Packaged): string {
  const [first = ''] = packages;
  // dpkg's own placeholder.
  const form = ['$', '{Version}'].join('');
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', form, first]);
  return String(stdout ?? '').trim() || 'unknown';
}

function install(packages: readonly string[]): boolean {
  if (process.getuid?.() !== 0) return false;
  const options = ['-y', '-q', '--no-install-recommends'];
  const quiet = {
    stdio: 'ignore' as const,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  return spawnSync('apt-get', ['install', ...options, ...packages], quiet).status === 0;
}
