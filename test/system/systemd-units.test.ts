/** The units as Debian's systemd reads them: correct, and closed as far as the programs allow. */
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';

const FOLDER = new URL('../../deploy/systemd/', import.meta.url).pathname;
const isMissing = spawnSync('systemd-analyze', ['--version']).error !== undefined;
const units = (await readdir(FOLDER)).filter((name) => name.endsWith('.service'));
/** Of 10; what remains is the network, which they are for, and the agent's view of the machine. */
const EXPOSURE: Readonly<Record<string, number>> = {
  'muster-agent.service': 2.2,
  'muster-collector.service': 1.8,
};

describe.skipIf(isMissing)(
  `systemd units${isMissing ? ' (skipped: no systemd-analyze)' : ''}`,
  () => {
    test('both programs have one', () => {
      expect(units.sort()).toEqual(['muster-agent.service', 'muster-collector.service']);
    });

    test.each(units)('%s is correct', async (name) => {
      await using folder = await tempFolder('units');
      const text = await readFile(join(FOLDER, name), 'utf8');
      // The program need not be installed where the test runs.
      const here = text.replaceAll('/usr/bin/node', process.execPath);
      expect(here).not.toBe('');
      await mkdir(folder.path, { recursive: true });
      await writeFile(join(folder.path, name), here);
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

    test.each(units)('%s is closed', (name) => {
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
  },
);

function analyze(...args: string[]) {
  return spawnSync('systemd-analyze', ['--no-pager', ...args], { encoding: 'utf8' });
}
