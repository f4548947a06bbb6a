/** `config check` reads the files that the configuration names, each with its place and reason. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { problemsOfFiles } from '../../collector/app/check-files.ts';
import { tempFolder } from '../support/temp-folder.ts';

const RULES = 'groups:\n- name: disks\n  rules:\n  - alert: Full\n    expr: ';
const ALERTING = 'route: {receiver: page}\nreceivers: [{name: page}]\n';

it('says nothing of files that are right, and all of what is wrong', async () => {
  await using folder = await tempFolder('config-files');
  const at = (name: string) => join(folder.path, name);
  const config = at('collector.yaml');
  await writeFile(config, 'rules: {files: ["*.rules.yml"]}\nalerting: {file: alerting.yml}\n');
  await writeFile(at('a.rules.yml'), `${RULES}disk_used_percent > 85\n`);
  await writeFile(at('alerting.yml'), ALERTING);
  expect(await problemsOfFiles(config)).toEqual([]);

  await writeFile(at('a.rules.yml'), `${RULES}rate(x[5m]\n`);
  await writeFile(at('alerting.yml'), ALERTING.replace('page}', 'nobody}'));
  expect(await problemsOfFiles(config)).toEqual([
    expect.stringMatching(
      /a\.rules\.yml:5:\d+: group "disks", rule 1, "Full": .*unclosed/,
    ) as unknown,
    expect.stringContaining('undefined receiver "nobody"') as unknown,
  ]);

  await writeFile(config, 'rules: {files: [absent.yml]}\n');
  expect(await problemsOfFiles(config)).toEqual([
    `rules.files: ${at('absent.yml')} does not exist`,
  ]);
});
