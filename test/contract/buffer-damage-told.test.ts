import { expect, it } from 'vitest';
import { scenario } from '../support/buffer/damaged-lives.ts';
import { rounds } from '../support/rounds.ts';

it('one damaged file costs no sample without a gap that it lies in', {
  timeout: 120_000,
}, async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= rounds(60); seed++) seen.add(await scenario(seed));
  expect([...seen]).toContain('repaired');
});
