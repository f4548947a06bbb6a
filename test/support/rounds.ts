/**
 * How often a costly property test tries. All of it by default and in `npm test`; a quarter where
 * MUSTER_TEST_ROUNDS=some, as in `npm run check`, which has a minute for everything.
 */
const asked = process.env['MUSTER_TEST_ROUNDS'] ?? 'all';
if (asked !== 'all' && asked !== 'some') {
  throw new Error(`MUSTER_TEST_ROUNDS is "${asked}": it may be all or some`);
}

export const rounds = (all: number): number => (asked === 'all' ? all : Math.ceil(all / 4));

/** Of a long list of like cases, such as each write that a crash may cut, every how manieth is tried. */
export const stride = asked === 'all' ? 1 : 4;
