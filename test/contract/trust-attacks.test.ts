/** Fifteen attacks in at least four variants on each repository: refused, or detected, by name. */
import { describe, expect, it } from 'vitest';
import { ATTACKS } from '../../protocol/tuf/attacks.ts';
import { stride } from '../support/rounds.ts';
import { attacks, tryOut } from '../support/trust/attacks/index.ts';
import { BOTH } from '../support/trust/attacks/variant.ts';

describe.each(BOTH)('the %s repository', (repository) => {
  it.each(Object.keys(ATTACKS))('withstands %s', (attack) => {
    const variants = attacks.filter(
      (one) => one.attack === attack && one.repository === repository,
    );
    expect(variants.length).toBeGreaterThanOrEqual(4);
    const some = variants.filter((_, n) => n % stride === 0);
    const tried = some.map(tryOut);
    expect(
      tried.map(({ variant, named, detail }) => [variant.name, named, named === attack || detail]),
    ).toEqual(some.map(({ name }) => [name, attack, true]));
  });
});
