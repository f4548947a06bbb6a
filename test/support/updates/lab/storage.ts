/**
 * A disk in memory that forgets: what a file or folder holds now, and what of it would be there
 * after a power cut. Bytes are safe once their file was synced; a name (made, renamed, removed) is
 * safe once its folder was synced. Strict as POSIX is, not as kind as any one file system.
 */
export type Loss =
  /** The process ends: the system still has everything. */
  | 'none'
  /** The power goes: whatever was not synced is lost. */
  | 'all'
  /** The power goes, and the disk had written an arbitrary part of it already. */
  | { readonly seed: number };

export interface Node {
  readonly kind: 'file' | 'folder' | 'link';
  mode: number;
  modified: number;
  /** Never changed in place. */
  bytes: Uint8Array;
  safeBytes: Uint8Array;
  /** A sync of it failed: the system forgot that these bytes are still to be written. */
  isForgotten: boolean;
  readonly target: string;
  names: Map<string, Node>;
  safeNames: Map<string, Node>;
}

/** One step of names that happens as a whole or not at all. */
type Step = readonly {
  readonly folder: Node;
  readonly name: string;
  readonly to: Node | undefined;
}[];

const NOTHING = new Uint8Array();

export function newNode(kind: Node['kind'], mode: number, target = ''): Node {
  const empty = { bytes: NOTHING, safeBytes: NOTHING, isForgotten: false, modified: 0 };
  return { kind, mode, target, ...empty, names: new Map(), safeNames: new Map() };
}

export class Storage {
  root = newNode('folder', 0o755);
  #pending: Step[] = [];
  #tick = 0;

  /** What happened to names and is not safe, the oldest first. */
  get pending(): readonly Step[] {
    return this.#pending;
  }

  /** Everything that changes together. */
  step(step: Step): void {
    for (const { folder, name, to } of step) {
      if (to === undefined) folder.names.delete(name);
      else folder.names.set(name, to);
      this.touch(folder);
    }
    this.#pending.push(step);
  }

  write(file: Node, bytes: Uint8Array): void {
    file.bytes = bytes;
    file.isForgotten = false;
    this.touch(file);
  }

  touch(node: Node): void {
    node.modified = ++this.#tick;
  }

  sync(node: Node): void {
    if (node.kind === 'file' && !node.isForgotten) node.safeBytes = node.bytes;
    if (node.kind === 'folder') this.#settle((step) => step.some(({ folder }) => folder === node));
  }

  /** A sync that failed: what it should have written never will be. */
  forget(node: Node): void {
    if (node.kind === 'file' && node.bytes !== node.safeBytes) node.isForgotten = true;
  }

  /** All of it is safe: for what stands there at the beginning of a case. */
  syncAll(): void {
    this.#settle(() => true);
    each(this.root, (node) => {
      node.safeBytes = node.bytes;
    });
  }

  crash(loss: Loss): void {
    if (loss === 'none') return;
    const next = loss === 'all' ? () => 0 : random(loss.seed);
    if (loss !== 'all') this.#keepSome(next);
    this.#pending = [];
    const seen = new Set<Node>();
    const revive = (node: Node) => {
      if (seen.has(node)) return;
      seen.add(node);
      node.bytes = loss === 'all' ? node.safeBytes : rest(node, next);
      node.safeBytes = node.bytes;
      node.isForgotten = false;
      node.names = new Map(node.safeNames);
      for (const child of node.names.values()) revive(child);
    };
    revive(this.root);
  }

  clone(): Storage {
    const made = new Map<Node, Node>();
    const copy = (node: Node): Node => {
      const known = made.get(node);
      if (known !== undefined) return known;
      const fresh = { ...node, names: new Map(), safeNames: new Map() } as Node;
      made.set(node, fresh);
      for (const [name, child] of node.names) fresh.names.set(name, copy(child));
      for (const [name, child] of node.safeNames) fresh.safeNames.set(name, copy(child));
      return fresh;
    };
    const other = new Storage();
    other.root = copy(this.root);
    other.#tick = this.#tick;
    other.#pending = this.#pending.map((step) =>
      step.map(({ folder, name, to }) => ({ folder: copy(folder), name, to: to && copy(to) })),
    );
    return other;
  }

  /** These steps become safe, and with them every earlier one about the same names. */
  #settle(isMeant: (step: Step) => boolean): void {
    const chosen = new Set<Step>();
    for (const step of this.#pending.toReversed()) {
      const isNeeded = [...chosen].some((later) => sharesName(step, later));
      if (isNeeded || isMeant(step)) chosen.add(step);
    }
    for (const step of this.#pending) if (chosen.has(step)) makeSafe(step);
    this.#pending = this.#pending.filter((step) => !chosen.has(step));
  }

  /** A step gets there only when the ones before it about the same names did. */
  #keepSome(next: () => number): void {
    const lost: Step[] = [];
    for (const step of this.#pending) {
      const isLost = next() < 0.5 || lost.some((earlier) => sharesName(earlier, step));
      if (isLost) lost.push(step);
      else makeSafe(step);
    }
  }
}

function makeSafe(step: Step): void {
  for (const { folder, name, to } of step) {
    if (to === undefined) folder.safeNames.delete(name);
    else folder.safeNames.set(name, to);
  }
}

function sharesName(a: Step, b: Step): boolean {
  return a.some((one) => b.some(({ folder, name }) => folder === one.folder && name === one.name));
}

/** Of bytes that were not synced: none, all, the first of them, or zeros in their place. */
function rest({ bytes, safeBytes }: Node, next: () => number): Uint8Array {
  if (bytes === safeBytes) return bytes;
  const kind = Math.floor(next() * 4);
  if (kind === 0) return safeBytes;
  if (kind === 1) return bytes;
  const whole = Math.floor(next() * bytes.length);
  if (kind === 2) return bytes.slice(0, whole);
  return bytes.map((byte, at) => (at < whole ? byte : 0));
}

export function each(node: Node, visit: (node: Node, path: string) => void, path = ''): void {
  visit(node, path);
  for (const [name, child] of node.names) each(child, visit, `${path}/${name}`);
}

/** mulberry32 */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
