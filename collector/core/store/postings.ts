/** Which series carry a label with a value: from matchers to sorted ids. */
import type { LabelPair } from './cardinality.ts';
import type { CompiledMatcher } from './matcher.ts';
import type { SeriesId } from './model.ts';
import { intersect, NumberList, subtract, union } from './numbers.ts';
import type { StringTable } from './strings.ts';

/** Names and values are numbers of the string table; two of them make one key. */
const NAME = 2 ** 32;

export class Postings {
  private readonly strings: StringTable;
  private readonly lists = new Map<number, NumberList>();
  /** Label name -> its values, as numbers. */
  private readonly values = new Map<number, NumberList>();
  private readonly all = new NumberList(1024);

  constructor(strings: StringTable) {
    this.strings = strings;
  }

  /** Quickest in ascending order of ids. */
  add(id: SeriesId, pairs: Uint32Array): void {
    append(this.all, id);
    for (let i = 0; i < pairs.length; i += 2) {
      const name = pairs[i] as number;
      const value = pairs[i + 1] as number;
      const key = name * NAME + value;
      let list = this.lists.get(key);
      if (list === undefined) {
        list = new NumberList(2);
        this.lists.set(key, list);
        this.addValue(name, value);
      }
      append(list, id);
    }
  }

  /** Many at once: each list that one of them is in is passed through. */
  remove(ids: readonly SeriesId[], pairsOf: (id: SeriesId) => Uint32Array): void {
    const gone = new Set(ids);
    const touched = new Map<number, Set<number>>();
    for (const id of ids) {
      const pairs = pairsOf(id);
      for (let i = 0; i < pairs.length; i += 2) {
        const values = touched.get(pairs[i] as number) ?? new Set();
        touched.set(pairs[i] as number, values.add(pairs[i + 1] as number));
      }
    }
    const keep = (id: number): boolean => !gone.has(id);
    this.all.filter(keep);
    for (const [name, values] of touched) {
      for (const value of values) {
        const list = this.lists.get(name * NAME + value);
        list?.filter(keep);
        if (list?.length === 0) this.lists.delete(name * NAME + value);
      }
      this.values.get(name)?.filter((value) => this.lists.has(name * NAME + value));
    }
  }

  /** How many series carry this label with the value of this number. */
  count(name: string, value: number): number {
    return this.lists.get((this.strings.find(name) ?? 0) * NAME + value)?.length ?? 0;
  }

  /** Every label with every value that some series has. */
  *labelPairs(): Generator<LabelPair> {
    for (const [key, { length: count }] of this.lists) {
      if (count === 0) continue;
      const name = this.strings.text(Math.floor(key / NAME));
      yield { name, value: this.strings.text(key % NAME), count };
    }
  }

  /** A copy, ascending. No matcher means all series. */
  select(matchers: readonly CompiledMatcher[]): Uint32Array {
    let ids: Uint32Array | undefined;
    const without: Uint32Array[] = [];
    for (const matcher of matchers) {
      if (matcher.matchesEmpty) without.push(this.collect(matcher, false));
      else {
        const found = this.collect(matcher, true);
        ids = ids === undefined ? found : intersect(ids, found);
      }
      if (ids?.length === 0) return ids;
    }
    let result = ids ?? this.all.view();
    for (const list of without) result = subtract(result, list);
    return result.slice();
  }

  /** Series that have the label with a value for which the matcher says `wanted`. */
  private collect(matcher: CompiledMatcher, wanted: boolean): Uint32Array {
    const name = this.strings.find(matcher.name);
    if (name === undefined) return new Uint32Array();
    const lists: Uint32Array[] = [];
    if (matcher.literals !== undefined && matcher.negative !== wanted) {
      for (const literal of new Set(matcher.literals))
        this.push(lists, name, this.strings.find(literal));
    } else {
      for (const value of this.values.get(name)?.view() ?? []) {
        if (matcher.test(this.strings.text(value)) === wanted) this.push(lists, name, value);
      }
    }
    return union(lists, this.limit());
  }

  private push(lists: Uint32Array[], name: number, value: number | undefined): void {
    const list = value === undefined ? undefined : this.lists.get(name * NAME + value);
    if (list !== undefined) lists.push(list.view());
  }

  private addValue(name: number, value: number): void {
    let values = this.values.get(name);
    if (values === undefined) {
      values = new NumberList(2);
      this.values.set(name, values);
    }
    values.push(value);
  }

  private limit(): number {
    return this.all.length === 0 ? 1 : this.all.at(this.all.length - 1) + 1;
  }
}

function append(list: NumberList, id: SeriesId): void {
  if (list.length === 0 || list.at(list.length - 1) < id) list.push(id);
  else list.insert(id);
}
