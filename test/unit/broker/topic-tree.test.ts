/** Both trees against the plain rules of MQTT matching. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FilterTree, TopicTree } from '../../../collector/core/topic-tree.ts';

/** MQTT 3.1.1 section 4.7, level by level. */
function matches(filter: readonly string[], topic: readonly string[]): boolean {
  const [f, ...filterRest] = filter;
  const [t, ...topicRest] = topic;
  if (f === '#') return true;
  if (f === undefined || t === undefined) return f === t;
  return (f === '+' || f === t) && matches(filterRest, topicRest);
}

const name = fc.constantFrom('a', 'b', 'c', '');
const topics = fc.array(name, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
const filters = fc
  .tuple(fc.array(fc.oneof(name, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, rest]) => [...levels, ...(rest ? ['#'] : [])].join('/'));

const both = (filter: string, topic: string) => matches(filter.split('/'), topic.split('/'));

describe('filters found by topic', () => {
  it('are those that match, each as often as it was added', () => {
    fc.assert(
      fc.property(fc.array(filters), fc.array(fc.nat()), topics, (all, removals, topic) => {
        const tree = new FilterTree<number>();
        for (const [i, filter] of all.entries()) tree.add(filter, i);
        const left = new Set(all.keys());
        for (const n of removals) {
          const i = n % Math.max(1, all.length);
          tree.delete(all[i] ?? '', i);
          left.delete(i);
        }
        const expected = [...left].filter((i) => both(all[i] as string, topic));
        expect(tree.match(topic).sort((x, y) => x - y)).toEqual(expected.sort((x, y) => x - y));
        expect(tree.matches(topic)).toBe(expected.length > 0);
      }),
    );
  });
});

describe('topics found by filter', () => {
  it('are those that match, the last value of each', () => {
    fc.assert(
      fc.property(fc.array(topics), fc.array(topics), filters, (all, removed, filter) => {
        const tree = new TopicTree<string>();
        const left = new Set(all);
        for (const topic of all) tree.set(topic, topic);
        for (const topic of removed) {
          tree.delete(topic);
          left.delete(topic);
        }
        const expected = [...left].filter((topic) => both(filter, topic)).sort();
        expect([...tree.match(filter)].sort()).toEqual(expected);
        for (const topic of all) expect(tree.get(topic)).toBe(left.has(topic) ? topic : undefined);
      }),
    );
  });
});
