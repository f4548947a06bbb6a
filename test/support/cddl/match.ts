/** Holds decoded CBOR (cbor-x: maps as `Map`s) against parsed CDDL. */
import type { Entry, Group, Rules, Type } from './types.ts';

/** Whether the value is what the rule says. */
export function matchesRule(rules: Rules, name: string, value: unknown): boolean {
  return new Matcher(rules).type({ kind: 'name', name }, plain(value));
}

/** cbor-x reads integers of 64 bits as bigints; all of ours are exact numbers. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [plain(k), plain(v)]));
  return value;
}

const INTEGER = (value: unknown) => typeof value === 'number' && Number.isInteger(value);

const PRELUDE: Readonly<Record<string, (value: unknown) => boolean>> = {
  any: () => true,
  uint: (value) => INTEGER(value) && (value as number) >= 0,
  int: INTEGER,
  // JavaScript cannot tell 1 from 1.0: where we allow floats, integers are allowed, too.
  float: (value) => typeof value === 'number',
  tstr: (value) => typeof value === 'string',
  bstr: (value) => value instanceof Uint8Array,
  true: (value) => value === true,
  false: (value) => value === false,
  nil: (value) => value === null,
};

class Matcher {
  private readonly rules: Rules;

  constructor(rules: Rules) {
    this.rules = rules;
  }

  type(type: Type, value: unknown): boolean {
    switch (type.kind) {
      case 'value':
        return value === type.value;
      case 'range':
        return INTEGER(value) && (value as number) >= type.min && (value as number) <= type.max;
      case 'choice':
        return type.of.some((one) => this.type(one, value));
      case 'map':
        return value instanceof Map && this.map(type.group, value);
      case 'array':
        return Array.isArray(value) && this.sequence(type.group, value, 0) === value.length;
      case 'control':
        return this.type(type.on, value) && this.control(type.op, type.by, value);
      case 'name':
        return PRELUDE[type.name]?.(value) ?? this.type(this.typeRule(type.name), value);
    }
  }

  private control(op: string, by: Type, value: unknown): boolean {
    if (op === 'and') return this.type(by, value);
    if (op === 'size') {
      const size =
        typeof value === 'string' ? Buffer.byteLength(value) : (value as Uint8Array).length;
      return this.type(by, size);
    }
    if (op === 'regexp' && by.kind === 'value') {
      return new RegExp(`^(?:${by.value})$`, 'v').test(value as string);
    }
    throw new Error(`control .${op} is not among ours`);
  }

  private typeRule(name: string): Type {
    const { of, key } = this.rule(name);
    // Parentheses around one type make no group of it.
    const only = of.kind === 'group' && of.group.length === 1 ? of.group[0] : undefined;
    const type = only?.key === undefined && only?.max === 1 ? only.of : of;
    if (type.kind === 'group' || key !== undefined) throw new Error(`${name} is a group`);
    return type;
  }

  private rule(name: string): Entry {
    const rule = this.rules.get(name);
    if (rule === undefined) throw new Error(`no rule ${name}`);
    return rule;
  }

  /** The group behind an entry without a key: written in place or named. */
  private groupOf({ of, key }: Entry): Group | undefined {
    if (key !== undefined) return undefined;
    if (of.kind === 'group') return of.group;
    if (of.kind !== 'name' || Object.hasOwn(PRELUDE, of.name)) return undefined;
    const rule = this.rule(of.name);
    return rule.of.kind === 'group' ? rule.of.group : undefined;
  }

  /** How far the items from `start` on match the entries, as many as possible each; -1: not. */
  private sequence(entries: Group, items: readonly unknown[], start: number): number {
    let at = start;
    for (const entry of entries) {
      const group = this.groupOf(entry);
      let times = 0;
      while (times < entry.max && at < items.length) {
        const after =
          group === undefined ? this.one(entry, items, at) : this.sequence(group, items, at);
        if (after <= at) break;
        at = after;
        times++;
      }
      if (times < entry.min) return -1;
    }
    return at;
  }

  private one(entry: Entry, items: readonly unknown[], at: number): number {
    return entry.of.kind !== 'group' && this.type(entry.of, items[at]) ? at + 1 : -1;
  }

  private map(group: Group, map: ReadonlyMap<unknown, unknown>): boolean {
    const open = new Map(map);
    return this.take(group, open) && open.size === 0;
  }

  /** Removes from `open` what the entries match; `false` when one that must be there is not. */
  private take(group: Group, open: Map<unknown, unknown>): boolean {
    return group.every((entry) => {
      const inner = this.groupOf(entry);
      if (inner !== undefined) return this.take(inner, open);
      const { key, of } = entry;
      if (key === undefined || of.kind === 'group')
        throw new Error('an entry of a map needs a key');
      let times = 0;
      for (const [name, value] of [...open]) {
        if (times === entry.max || !this.type(key, name)) continue;
        if (this.type(of, value)) {
          open.delete(name);
          times++;
        } else if (entry.cut) return false;
      }
      return times >= entry.min;
    });
  }
}
