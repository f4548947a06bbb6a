/** What the collector wants over the device's own file: only what is marked, all or nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentSchema } from '../../../agent/config/whole-schema.ts';
import { overlayRemote } from '../../../protocol/config/overlay.ts';
import type { SchemaNode } from '../../../protocol/config/schema.ts';
import {
  choice,
  dictionary,
  duration,
  flag,
  list,
  object,
  optional,
  text,
} from '../../../protocol/config/schema.ts';

const NAME = '^[a-z0-9-]+$';
const probe = object('', {
  enabled: flag('', { default: true, remote: true }),
  interval: duration('', { default: '30s', remote: true }),
  http: optional(
    object('', {
      url: text(''),
      budget: duration('', { default: '1s', remote: true }),
    }),
  ),
  tcp: optional(
    object('', { host: text(''), budget: duration('', { default: '1s', remote: true }) }),
  ),
  reboot: optional(object('', {})),
  used: optional(
    object('', {
      warning: duration('', { default: '1s', remote: true }),
      critical: duration('', { default: '1s', remote: true }),
    }),
  ),
  dependsOn: list('', text('')),
});
const small: SchemaNode = object('', {
  data: text('', { default: '/d' }),
  level: choice('', ['a', 'b'], { default: 'a', remote: true }),
  checks: dictionary('', NAME, probe),
  windows: {
    ...dictionary('', NAME, object('', { days: list('', text('')), from: text('') })),
    'x-remote': true,
  },
});
const OWN = {
  data: '/x',
  checks: { web: { http: { url: 'http://a' }, interval: '10s', dependsOn: ['gate'] } },
};

const laid = (wanted: Record<string, unknown>) => overlayRemote(small, OWN, wanted);
const refusedPaths = (wanted: Record<string, unknown>) => {
  const answer = laid(wanted);
  return answer.ok ? [] : answer.problems.map(({ code, keys }) => `${code} ${keys.join('.')}`);
};

describe('the overlay', () => {
  test('tunes what is declared and leaves the rest', () => {
    expect(
      laid({ level: 'b', checks: { web: { interval: '5s', http: { budget: '2s' } } } }),
    ).toEqual({
      ok: true,
      tree: {
        data: '/x',
        level: 'b',
        checks: {
          web: {
            http: { url: 'http://a', budget: '2s' },
            interval: '5s',
            dependsOn: ['gate'],
          },
        },
      },
    });
  });

  test('refuses what is not marked, what is not declared and what is not known, all at once', () => {
    expect(
      refusedPaths({
        data: '/etc',
        levle: 'b',
        checks: {
          web: { http: { url: 'http://b' }, tcp: { budget: '1s' }, dependsOn: [] },
          new: { interval: '1s' },
        },
      }),
    ).toEqual([
      'not-remote data',
      'unknown-key levle',
      'not-remote checks.web.http.url',
      'not-remote checks.web.tcp',
      'not-remote checks.web.dependsOn',
      'not-remote checks.new',
    ]);
  });

  test('a group of nothing but thresholds may be added, an empty one that is a switch may not', () => {
    const wanted = { checks: { web: { used: { warning: '9s' } } } };
    expect(laid(wanted)).toMatchObject({ ok: true, tree: wanted });
    expect(refusedPaths({ checks: { web: { reboot: {} } } })).toEqual([
      'not-remote checks.web.reboot',
    ]);
  });

  test('a name that is declared nowhere is refused even when nothing is said of it', () => {
    expect(refusedPaths({ checks: { new: {} } })).toEqual(['not-remote checks.new']);
  });

  test('a group cannot be wiped out, a marked value can', () => {
    expect(refusedPaths({ checks: null })).toEqual(['not-remote checks']);
    expect(refusedPaths({ checks: { web: null } })).toEqual(['not-remote checks.web']);
    expect(refusedPaths({ checks: { web: { http: null } } })).toEqual([
      'not-remote checks.web.http',
    ]);
    expect(refusedPaths({ checks: { web: { interval: null } } })).toEqual([]);
  });

  test('a dictionary that is marked itself takes new names; lists are replaced whole', () => {
    const windows = { night: { days: ['mon'], from: '01:00' } };
    expect(laid({ windows })).toMatchObject({ ok: true, tree: { windows } });
    const own = { windows: { night: { days: ['sat', 'sun'], from: '02:00' } } };
    const answer = overlayRemote(small, own, { windows: { night: { days: ['mon'] } } });
    expect(answer).toEqual({
      ok: true,
      tree: { windows: { night: { days: ['mon'], from: '02:00' } } },
    });
  });

  test('names of the prototype are names like others', () => {
    const wanted = JSON.parse('{"__proto__":{"data":"/e"},"checks":{"constructor":{}}}') as Record<
      string,
      unknown
    >;
    expect(refusedPaths(wanted)).toEqual([
      'unknown-key __proto__',
      'not-remote checks.constructor',
    ]);
  });

  test('laying the same over it again changes nothing, and nothing is the identity', () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            level: fc.constantFrom('a', 'b'),
            checks: fc.record({
              web: fc.record(
                { enabled: fc.boolean(), interval: fc.string() },
                { requiredKeys: [] },
              ),
            }),
          },
          { requiredKeys: [] },
        ),
        (wanted) => {
          const once = laid(wanted);
          if (!once.ok) throw new Error('refused');
          expect(overlayRemote(small, once.tree, wanted)).toEqual(once);
          expect(overlayRemote(small, once.tree, {})).toEqual(once);
        },
      ),
    );
  });

  test('any tree at all is answered, and a refusal names only keys of that tree', () => {
    fc.assert(
      fc.property(
        fc.object({ key: fc.constantFrom('checks', 'web', 'http', 'data', 'x') }),
        (tree) => {
          const answer = laid(tree as Record<string, unknown>);
          const paths = answer.ok ? [] : answer.problems.map(({ keys }) => keys);
          for (const keys of paths) {
            let at: unknown = tree;
            for (const key of keys) {
              expect(Object.hasOwn(at as object, key)).toBe(true);
              at = (at as Record<string, unknown>)[key];
            }
          }
        },
      ),
    );
  });
});

interface Leaf {
  readonly keys: readonly string[];
  readonly remote: boolean;
  readonly envOnly: boolean;
  /** Names that a plug-in gave (kind of check, sampler): they say what is looked at, not opened. */
  readonly kinds: ReadonlySet<number>;
}

const PLUGGED = ['samplers', 'checks', 'tasks', 'remedies'];

function leavesOf(schema: SchemaNode): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (node: SchemaNode, keys: readonly string[], inherited: boolean): void => {
    const remote = inherited || node['x-remote'] === true;
    if (node.type === 'object') {
      const extra = node.additionalProperties;
      if (typeof extra === 'object') visit(extra, [...keys, 'any'], remote);
      for (const [key, child] of Object.entries(node.properties ?? {})) {
        visit(child, [...keys, key], remote);
      }
      return;
    }
    const isPlugged = PLUGGED.includes(keys[0] ?? '');
    const kind = keys[0] === 'samplers' ? 1 : 2;
    const kinds = new Set(isPlugged && keys.length > kind + 1 ? [kind] : []);
    leaves.push({ keys, remote, envOnly: node['x-env-only'] === true, kinds });
  };
  visit(schema, [], false);
  return leaves;
}

/** A tree in which these keys lead to this value. */
function treeOf(keys: readonly string[], value: unknown): Record<string, unknown> {
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<
    string,
    unknown
  >;
}

const FORBIDDEN = new Set(
  (
    'command args arg program path file folder root pattern url host socket user username password ca' +
    ' cert key unit data allow'
  ).split(' '),
);

function wordsOf(key: string): string[] {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .flatMap((word) => [word, word.replace(/s$/, '')]);
}

/** They speak of files, and only say how many or whether. */
const COUNTED = [
  'tasks.any.clean.maxFiles',
  'tasks.any.clean.emptyFolders',
  'tasks.any.vacuum-journal.maxFiles',
];

describe('the agent', () => {
  const schema = agentSchema;
  const leaves = leavesOf(schema);

  test('has keys of both sorts', () => {
    expect(leaves.filter(({ remote }) => remote).length).toBeGreaterThan(100);
    expect(leaves.filter(({ remote }) => !remote).length).toBeGreaterThan(30);
  });

  test('every key that is not marked is refused, though the device has set it', () => {
    for (const { keys, remote, envOnly } of leaves) {
      const own = treeOf(keys, 'mine');
      const answer = overlayRemote(schema, own, treeOf(keys, 'theirs'));
      expect([keys.join('.'), answer.ok]).toEqual([keys.join('.'), remote && !envOnly]);
      if (!answer.ok) {
        const [problem] = answer.problems;
        expect(problem).toMatchObject({ code: 'not-remote', keys });
        expect(problem?.hint).toBe("may only be set in the device's own file");
      }
    }
  });

  test('nothing that runs, opens, trusts or reaches something is marked', () => {
    const wrong = leaves
      .filter(({ remote }) => remote)
      .filter(({ keys, kinds }) =>
        keys.some(
          (key, index) => !kinds.has(index) && wordsOf(key).some((word) => FORBIDDEN.has(word)),
        ),
      )
      .map(({ keys }) => keys.join('.'));
    expect(wrong).toEqual(COUNTED);
  });

  test('the list of words finds what it is meant for', () => {
    for (const key of ['caFile', 'roots', 'url', 'minFree.path', 'restart-unit', 'allow', 'args']) {
      expect([
        key,
        key
          .split('.')
          .flatMap(wordsOf)
          .some((word) => FORBIDDEN.has(word)),
      ]).toEqual([key, true]);
    }
    for (const key of ['profile', 'database', 'timeout', 'keepalive', 'unmetered']) {
      expect(wordsOf(key).some((word) => FORBIDDEN.has(word))).toBe(false);
    }
  });
});
