/** The layouts there are, found by the ids they were given with, by group, and by series. */
import { Layout } from './head.ts';

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
    if (layout === undefined || layout.dropped) {
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

  /** The one layout that holds a series, as is usual; `undefined` when there are none or several. */
  only(id: number): Layout | undefined {
    const found = this.bySeries[id];
    return Array.isArray(found) ? undefined : found;
  }

  /** All layouts that hold a series. */
  holding(id: number): readonly Layout[] {
    const found = this.bySeries[id];
    if (found === undefined) return [];
    return Array.isArray(found) ? found : [found];
  }

  /**
   * Forgets layouts without any rows: a label that is new every minute makes one each time. Others may
   * run after each that was looked at.
   */
  *dropEmpty(): Generator<void, void> {
    for (const [group, layout] of this.byGroup) {
      yield;
      if (layout.inUse) continue;
      layout.dropped = true;
      this.byGroup.delete(group);
      for (const sibling of layout.siblings) sibling.siblings.delete(layout);
      for (const id of layout.ids) this.unlink(id, layout);
    }
  }

  private unlink(id: number, layout: Layout): void {
    const left = this.holding(id).filter((other) => other !== layout);
    this.bySeries[id] = left.length > 1 ? left : left[0];
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
