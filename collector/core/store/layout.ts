/**
 * The columns of a block as series: what blocks of one device and one shape have in common. Known
 * by the hash of its ids, so that after a crash the same blocks find what they had written.
 */
import { createHash } from 'node:crypto';
import type { Head } from './head.ts';

export class Layout {
  /** 16 hexadecimal digits. */
  readonly group: string;
  /** Ids of the block as they were given, refused ones (0) among them. */
  readonly raw: Uint32Array;
  /** Series of each kept column. */
  readonly ids: Uint32Array;
  /** Which columns of the block are kept; `undefined` when all are. */
  readonly kept: Uint32Array | undefined;
  readonly refused: number;
  /** Heads that take rows now, by day. */
  readonly heads = new Map<number, Head>();
  /** Heads closed and not on disk yet, in the order of their closing. */
  readonly waiting: Head[] = [];
  /** Layouts that share a series with this one: seldom any. */
  readonly siblings = new Set<Layout>();
  /** The head used last: most rows go where the last one went. */
  lastHead: Head | undefined;

  constructor(ids: Uint32Array) {
    this.group = groupOf(ids);
    this.raw = ids;
    // A series that a dictionary names twice has one place: the first.
    const places = new Map<number, number>();
    for (const [column, id] of ids.entries()) {
      if (id !== 0 && !places.has(id)) places.set(id, column);
    }
    this.refused = ids.length - places.size;
    this.kept = this.refused === 0 ? undefined : Uint32Array.from(places.values());
    this.ids = Uint32Array.from(places.keys());
  }
}

export function groupOf(ids: Uint32Array): string {
  const bytes = new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** Finds the layout of a block: by the identity of `ids` at first, which is nearly always enough. */
export class Layouts {
  private readonly byArray = new WeakMap<Uint32Array, Map<number, Layout>>();
  private readonly byGroup = new Map<string, Layout>();
  /** By series id: the layouts that hold it. */
  private readonly bySeries: (Layout | Layout[] | undefined)[] = [];

  find(ids: Uint32Array, first: number, columns: number): Layout {
    let shapes = this.byArray.get(ids);
    if (shapes === undefined) {
      shapes = new Map();
      this.byArray.set(ids, shapes);
    }
    const shape = first * 65_536 + columns;
    let layout = shapes.get(shape);
    if (layout === undefined) {
      layout = this.of(ids.slice(first, first + columns));
      shapes.set(shape, layout);
    }
    return layout;
  }

  /** The layout of exactly these series. */
  of(ids: Uint32Array): Layout {
    const fresh = new Layout(ids);
    const known = this.byGroup.get(fresh.group);
    if (known !== undefined) return known;
    this.byGroup.set(fresh.group, fresh);
    for (const id of fresh.ids) this.link(id, fresh);
    return fresh;
  }

  /** All layouts that hold a series. */
  holding(id: number): readonly Layout[] {
    const found = this.bySeries[id];
    if (found === undefined) return [];
    return Array.isArray(found) ? found : [found];
  }

  private link(id: number, layout: Layout): void {
    const found = this.bySeries[id];
    if (found === undefined) {
      while (this.bySeries.length < id) this.bySeries.push(undefined);
      this.bySeries[id] = layout;
      return;
    }
    const others = Array.isArray(found) ? found : [found];
    for (const other of others) {
      if (other === layout) return;
      other.siblings.add(layout);
      layout.siblings.add(other);
    }
    this.bySeries[id] = [...others, layout];
  }
}
