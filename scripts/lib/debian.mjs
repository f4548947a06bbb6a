// Debian packages that some tests run against. Without them those tests are skipped by name, so
// every failure here is only reported.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

const PACKAGES = [
  'mosquitto',
  'mosquitto-clients',
  'prometheus-node-exporter',
  'prometheus',
  'prometheus-alertmanager',
  'chromium',
  'systemd',
  'python3-cbor2',
  'postgresql',
  'redis-server',
  'monitoring-plugins-basic',
  'iputils-ping',
  'apt-utils',
  'dpkg-dev',
  'podman',
];

const POLICY = '/usr/sbin/policy-rc.d';
const MINUTE = 60_000;

/** @param {string} name */
function isInstalled(name) {
  const { stdout } = spawnSync('dpkg', ['-s', name], { encoding: 'utf8' });
  return stdout.includes('\nStatus: install ok installed\n');
}

/** @param {number} timeout @param {string[]} args */
function apt(timeout, ...args) {
  const { status, stderr, error } = spawnSync('apt-get', ['-q', '-y', ...args], {
    encoding: 'utf8',
    timeout,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status === 0) return true;
  const reason = error?.message ?? stderr.trim().split('\n').at(-1);
  console.log(`apt-get ${args[0]}: ${reason}`);
  return false;
}

/** Installs without starting a service: a broker on port 1883 would be in the way of `npm start`.
 * @param {() => void} install */
function withoutServices(install) {
  if (existsSync(POLICY)) return install();
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    rmSync(POLICY, { force: true });
  }
}

/** @param {string[]} names */
function install(names) {
  console.log(`Installing Debian packages: ${names.join(' ')} ...`);
  apt(MINUTE, 'update');
  const options = ['--no-install-recommends', ...names];
  // Only the download is cut short: dpkg, once it has begun, must end by itself.
  if (!apt(3 * MINUTE, 'install', '--download-only', ...options)) return;
  withoutServices(() => void apt(0, 'install', '--no-download', ...options));
}

/** On Debian, as root: installs what is missing. Elsewhere says what is missing. */
export function installPeers() {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/dpkg')) return;
  const missing = PACKAGES.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  if (process.getuid?.() === 0 && process.env['MUSTER_NO_APT'] === undefined) install(missing);
  const still = missing.filter((name) => !isInstalled(name));
  if (still.length > 0) {
    console.log(`Not installed, tests that need them are skipped: ${still.join(' ')}`);
  }
}
