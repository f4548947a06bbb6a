/** The folder of metadata that the helper verifies anew, across a new beginning of trust. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createMetadataFolder } from '../../agent/io/trust/metadata.ts';
import { tempFolder } from '../support/temp-folder.ts';

const files = (...names: string[]) => new Map(names.map((name) => [name, name]));

it('forgets the roots of lost keys, which nothing new is signed by', async () => {
  await using temp = await tempFolder('metadata');
  const folder = createMetadataFolder(temp.path);
  const names = async () => (await readdir(join(temp.path, 'release'))).sort();
  await folder.keep('release', files('1.root.json', '2.root.json', '7.targets.json'));
  await folder.keep('release', files('3.root.json', '8.targets.json'));
  expect(await names()).toEqual(['1.root.json', '2.root.json', '3.root.json', '8.targets.json']);
  // People put another first root in place of them all.
  await folder.keep('release', files('1.root.json', '1.targets.json'));
  expect(await names()).toEqual(['1.root.json', '1.targets.json']);
});
