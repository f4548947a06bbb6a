/** The units as Debian's systemd reads them: correct, and closed as far as the programs allow. */
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';

const FOLDER = new URL('../../deploy/systemd/', import.meta.url).pathname;
const isMissing = spawnSync('systemd-analyze', ['--version']).error !== undefined;
const units = (await readdir(FOLDER)).filter((name) => /\.(service|socket)$/.test(name));
/** Of 10; what remains is the network, which they are for, and the agent's view of the machine. */
const EXPOSURE: Readonly<Record<string, number>> = {
  'muster-agent.service': 2.2,
  'muster-collector.service': 1.8,
  // Upgrades packages as root: see the unit.
  'muster-helper.service': 5.1,
};

describe.skipIf(isMissing)(
  `systemd units${isMissing ? ' (skipped: no systemd-analyze)' : ''}`,
  () => {
    test('each program has one, and the helper a socket', () => {
      expect(units.sort()).toEqual([
        'muster-agent.service',
        'muster-collector.service',
        'muster-helper.service',
        'muster-helper.socket',
      ]);
    });

    test.each(units)('%s is correct', async (name) => {
      await using folder = await tempFolder('units');
      await mkdir(folder.path, { recursive: true });
      for (const unit of units) {
        const text = await readFile(join(FOLDER, unit), 'utf8');
        // The program need not be installed where the test runs.
        const here = text.replaceAll('/usr/bin/node', process.execPath);
        expect(here).not.toBe('');
        await writeFile(join(folder.path, unit), here);
      }
      const { status, stdout, stderr } = analyze('verify', '--man=no', join(folder.path, name));
      const complaints = `${stdout}${stderr}`
        .split('\n')
        .filter((line) => line.includes(name))
        // systemd before 253 says so, and goes on without.
        .filter(
          (line) =>
            !line.includes("Unknown key 'OpenFile'") &&
            !line.includes("Unknown key name 'OpenFile'"),
        );
      expect(complaints).toEqual([]);
      expect(status).toBe(0);
    });

    test.each(units.filter((unit) => unit.endsWith('.service')))('%s is closed', (name) => {
      const limit = EXPOSURE[name] ?? 0;
      const threshold = `--threshold=${Math.round(limit * 10)}`;
      const { status, stdout } = analyze(
        'security',
        '--offline=true',
        threshold,
        join(FOLDER, name),
      );
      expect(status, stdout.split('\n').at(-2)).toBe(0);
    });

    test.each([
      ['only restarts units', 'muster-helper-units-only.conf', 1.2],
      ['installs archives and files alone', 'muster-helper-archives.conf', 1.8],
    ])('the helper that %s is closed nearly as the agent is', async (_, dropIn, limit) => {
      await using folder = await tempFolder('units');
      const dropIns = join(folder.path, 'muster-helper.service.d');
      await mkdir(dropIns, { recursive: true });
      for (const [from, to] of [
        ['muster-helper.service', folder.path],
        [dropIn, dropIns],
      ] as const) {
        await writeFile(join(to, from), await readFile(join(FOLDER, from), 'utf8'));
      }
      const unit = join(folder.path, 'muster-helper.service');
      const threshold = `--threshold=${Math.round(limit * 10)}`;
      const { status, stdout } = analyze('security', '--offline=true', threshold, unit);
      expect(status, stdout.split('\n').at(-2)).toBe(0);
    });
  },
);

function analyze(...args: string[]) {
  return spawnSync('systemd-analyze', ['--no-pager', ...args], { encoding: 'utf8' });
}
