/** Chains, diamonds and cycles of checks: who failed, and who only stands behind. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allBefore, cycleIn, standingsOf } from '../../../agent/core/checks/dependencies.ts';
import { overallOf } from '../../../agent/core/checks/overall.ts';
import { CHECK_STATES, type CheckState } from '../../../protocol/messages/health.ts';

const graph = (of: Readonly<Record<string, readonly string[]>>) => new Map(Object.entries(of));

function standings(
  of: Readonly<Record<string, readonly string[]>>,
  own: Readonly<Record<string, CheckState>>,
) {
  return Object.fromEntries(standingsOf(graph(of), (name) => own[name]));
}

/** Checks `0..n`, each behind some with a lower number: never a cycle, any chain or diamond. */
const anyDag = fc
  .array(
    fc.record({
      before: fc.array(fc.nat(), { maxLength: 4 }),
      own: fc.constantFrom(undefined, ...CHECK_STATES),
    }),
    {
      minLength: 1,
      maxLength: 15,
    },
  )
  .map((nodes) => ({
    graph: new Map(
      nodes.map(({ before }, at): [string, string[]] => [
        String(at),
        at === 0 ? [] : [...new Set(before.map((one) => String(one % at)))],
      ]),
    ),
    own: (name: string) => nodes[Number(name)]?.own,
  }));

describe('dependencies', () => {
  const diamond = { gateway: [], east: ['gateway'], west: ['gateway'], web: ['east', 'west'] };

  it('the gateway failed; what stands behind it is unknown, through both sides of a diamond', () => {
    const found = standings(diamond, {
      gateway: 'critical',
      east: 'ok',
      west: 'critical',
      web: 'critical',
    });
    expect(found['gateway']).toEqual({ state: 'critical', pending: false, behind: [] });
    for (const name of ['east', 'west', 'web']) {
      expect(found[name]).toEqual({ state: 'unknown', pending: false, behind: ['gateway'] });
    }
  });

  it('one side down is enough, and it is the one that is named', () => {
    const found = standings(diamond, { gateway: 'ok', east: 'ok', west: 'unknown', web: 'ok' });
    expect(found['web']).toEqual({ state: 'unknown', pending: false, behind: ['west'] });
    expect(found['east']?.state).toBe('ok');
  });

  it('a warning before it does not matter, and neither does a name that is not there', () => {
    const found = standings({ a: [], b: ['a', 'gone'] }, { a: 'warning', b: 'critical' });
    expect(found['b']).toEqual({ state: 'critical', pending: false, behind: [] });
  });

  it('finds cycles, and only cycles', () => {
    expect(cycleIn(graph({ a: ['b'], b: ['c'], c: ['b'] }))).toEqual(['b', 'c', 'b']);
    expect(cycleIn(graph({ a: ['a'] }))).toEqual(['a', 'a']);
    expect(cycleIn(graph(diamond))).toBeUndefined();
    fc.assert(fc.property(anyDag, (dag) => cycleIn(dag.graph) === undefined));
  });

  it('behind something bad exactly when something bad stands before it', () => {
    fc.assert(
      fc.property(anyDag, ({ graph: dag, own }) => {
        for (const [name, { state, behind }] of standingsOf(dag, own)) {
          const bad = [...allBefore(dag, name)].filter(
            (one) => !['ok', 'warning'].includes(own(one) ?? 'unknown'),
          );
          expect(behind.length > 0).toBe(bad.length > 0);
          expect(bad).toEqual(expect.arrayContaining([...behind]));
          expect(state).toBe(bad.length > 0 ? 'unknown' : (own(name) ?? 'unknown'));
        }
      }),
    );
  });

  it('is never healthy while a check has failed, and says which', () => {
    fc.assert(
      fc.property(anyDag, fc.func(fc.boolean()), ({ graph: dag, own }, isCritical) => {
        const checks = [...standingsOf(dag, own)].map(([name, standing]) => ({
          name,
          critical: isCritical(name),
          ...standing,
        }));
        const failed = checks.filter(({ state }) => state === 'critical');
        const { overall, reason } = overallOf(checks);
        expect(overall === 'unhealthy').toBe(failed.some(({ critical }) => critical));
        if (failed.length > 0) expect(overall).not.toBe('healthy');
        expect(reason === '').toBe(overall === 'healthy');
        if (failed.length > 0 && failed.length < 8) expect(reason).toContain(failed[0]?.name);
      }),
    );
  });

  it.each([
    ['a critical one that cannot tell', { critical: true, state: 'unknown' }, 'degraded'],
    ['another one that cannot tell', { critical: false, state: 'unknown' }, 'healthy'],
    ['a warning', { critical: true, state: 'warning' }, 'healthy'],
  ] as const)('%s', (_, check, overall) => {
    expect(overallOf([{ name: 'a', pending: false, behind: [], ...check }]).overall).toBe(overall);
  });
});
