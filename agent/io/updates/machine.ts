/** What this machine is: `Machine` of `ports/updates.ts`. */
import { access, readFile } from 'node:fs/promises';
import type { Architecture } from '../../../protocol/release.ts';
import type { Machine } from '../../ports/updates.ts';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';
const SYSTEMD = '/run/systemd/system';
const NAMES: Readonly<Record<string, Architecture>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'armhf',
};

export async function readMachine(): Promise<Machine> {
  const boot = await readFile(BOOT_ID, 'utf8').catch(() => '');
  const hasSystemd = await access(SYSTEMD).then(
    () => true,
    () => false,
  );
  return {
    architecture: NAMES[process.arch] ?? 'all',
    boot: boot.trim(),
    isRoot: process.geteuid?.() === 0,
    hasSystemd,
  };
}
