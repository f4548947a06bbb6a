/**
 * Values by MQTT filter, found by topic; and values by topic, found by filter. Both walk level by
 * level, so that neither thousands of filters nor thousands of topics are ever looked through.
 */
interface Node<T> {
  children: Map<string, Node<T>> | undefined;
  value: T | undefined;
}

abstract class Tree<T> {
  protected readonly root: Node<T> = { children: undefined, value: undefined };

  protected find(path: string, make: boolean): Node<T> | undefined {
    let node: Node<T> = this.root;
    for (const level of path.split('/')) {
      let child = node.children?.get(level);
      if (child === undefined) {
        if (!make) return undefined;
        child = { children: undefined, value: undefined };
        node.children ??= new Map();
        node.children.set(level, child);
      }
      node = child;
    }
    return node;
  }

  /** Takes a value away and the levels that lead to nothing any more. */
  protected remove(path: string): void {
    this.#remove(this.root, path.split('/'), 0);
  }

  #remove(node: Node<T>, levels: readonly string[], depth: number): void {
    const level = levels[depth];
    if (level === undefined) {
      node.value = undefined;
      return;
    }
    const child = node.children?.get(level);
    if (child === undefined) return;
    this.#remove(child, levels, depth + 1);
    if (child.value !== undefined || child.children !== undefined) return;
    node.children?.delete(level);
    if (node.children?.size === 0) node.children = undefined;
  }
}

/** Several values for one filter; a topic finds those of all filters that match it. */
export class FilterTree<T> extends Tree<T[]> {
  add(filter: string, value: T): void {
    const node = this.find(filter, true) as Node<T[]>;
    if (node.value === undefined) node.value = [value];
    else node.value.push(value);
  }

  delete(filter: string, value: T): void {
    const values = this.find(filter, false)?.value;
    const index = values?.indexOf(value) ?? -1;
    if (values === undefined || index < 0) return;
    if (values.length === 1) this.remove(filter);
    else values.splice(index, 1);
  }

  match(topic: string): T[] {
    const found: T[] = [];
    collectFilters(this.root, topic.split('/'), 0, found);
    return found;
  }

  matches(topic: string): boolean {
    return this.match(topic).length > 0;
  }
}

function collectFilters<T>(node: Node<T[]>, levels: readonly string[], depth: number, into: T[]) {
  const { children } = node;
  const level = levels[depth];
  if (level === undefined && node.value !== undefined) into.push(...node.value);
  if (children === undefined) return;
  // `a/#` matches `a` too.
  const rest = children.get('#')?.value;
  if (rest !== undefined) into.push(...rest);
  if (level === undefined) return;
  const exact = children.get(level);
  if (exact !== undefined) collectFilters(exact, levels, depth + 1, into);
  const any = children.get('+');
  if (any !== undefined) collectFilters(any, levels, depth + 1, into);
}

/** One value for one topic; a filter finds those of all topics that it matches. */
export class TopicTree<T> extends Tree<T> {
  get(topic: string): T | undefined {
    return this.find(topic, false)?.value;
  }

  set(topic: string, value: T): void {
    (this.find(topic, true) as Node<T>).value = value;
  }

  delete(topic: string): void {
    this.remove(topic);
  }

  /** One after another, as they are asked for: a reader that stops costs nothing more. */
  match(filter: string): Generator<T, void> {
    return walkTopics(this.root, filter.split('/'), 0);
  }
}

function* walkTopics<T>(
  node: Node<T>,
  levels: readonly string[],
  depth: number,
): Generator<T, void> {
  const level = levels[depth];
  const here = level === undefined || level === '#';
  if (here && node.value !== undefined) yield node.value;
  if (level === undefined || node.children === undefined) return;
  if (level !== '+' && level !== '#') {
    const exact = node.children.get(level);
    if (exact !== undefined) yield* walkTopics(exact, levels, depth + 1);
    return;
  }
  for (const [name, child] of node.children) {
    // Wildcards at the front leave `$` topics out [MQTT-4.7.2-1].
    if (depth === 0 && name.startsWith('$')) continue;
    yield* walkTopics(child, levels, level === '#' ? depth : depth + 1);
  }
}
