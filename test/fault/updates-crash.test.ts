/** A sample of the crash matrix (`npm run fault:update`): old or new, whole, and never stuck. */
import { expect, it } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';
import { drawn, named, pairs, singles } from '../support/updates/cases.ts';
import { Matrix } from '../support/updates/matrix.ts';

const SINGLES = 25;
const PAIRS = 10;

it('ends on the old or the new version, wherever it is cut', async () => {
  await using folder = await tempFolder('matrix');
  await using matrix = await Matrix.open(folder.path);
  const changes = await matrix.changes();
  expect(changes.length).toBeGreaterThan(60);
  const cases = [...drawn(singles(changes), SINGLES, 7), ...drawn(pairs(changes, 1), PAIRS, 7)];
  for (const one of cases) expect(await matrix.run(one), named(one, changes)).toBeUndefined();
});
