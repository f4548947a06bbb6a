/**
 * What templates compute with: Go's values as far as alerts need them.
 *
 * A float64 is a number, an int is a bigint (Go tells them apart, and so do `printf` and `eq`), nil
 * is null, and undefined is "no value". Everything with parts is one of the classes below, so that
 * a template sees only what was put there for it, never the prototypes of JavaScript.
 */

export type Value =
  | undefined
  | null
  | string
  | boolean
  | bigint
  | number
  | SafeText
  | List
  | Dict
  | Struct
  | FunctionValue;

/** `args` are as the template gave them; the engine has checked their number and types. */
export type Call = (args: readonly Value[]) => Value;

export type ParamType =
  | 'any'
  | 'string'
  | 'float64'
  | 'int'
  | 'bool'
  | 'time'
  | 'list'
  | 'vector'
  | 'sample';

export interface FunctionSpec {
  readonly params: readonly ParamType[];
  /** The last parameter may be given any number of times, also none. */
  readonly variadic?: boolean;
  readonly call: Call;
}

/** Answers later; such a template is run by `executeAsync`. */
export interface AsyncFunctionSpec extends Omit<FunctionSpec, 'call'> {
  readonly callAsync: (args: readonly Value[]) => Promise<Value>;
}

export type AnyFunctionSpec = FunctionSpec | AsyncFunctionSpec;

export type Methods = ReadonlyMap<string, FunctionSpec>;

/** Text that its maker vouches for: `safeHtml`, `safeUrl`. */
export class SafeText {
  readonly kind: 'html' | 'url';
  readonly text: string;

  constructor(kind: 'html' | 'url', text: string) {
    this.kind = kind;
    this.text = text;
  }
}

const NO_METHODS: Methods = new Map();

export class List {
  readonly type: string;
  readonly items: readonly Value[];
  readonly methods: Methods;

  constructor(type: string, items: readonly Value[], methods: Methods = NO_METHODS) {
    this.type = type;
    this.items = items;
    this.methods = methods;
  }

  static ofStrings(items: readonly string[]): List {
    return new List('[]string', items);
  }
}

/** A map with names as keys. */
export class Dict {
  readonly type: string;
  readonly entries: ReadonlyMap<string, Value>;
  /** What a missing key gives: '' in a map of strings. */
  readonly zero: Value;
  readonly methods: Methods;

  constructor(
    type: string,
    entries: ReadonlyMap<string, Value>,
    zero: Value,
    methods: Methods = NO_METHODS,
  ) {
    this.type = type;
    this.entries = entries;
    this.zero = zero;
    this.methods = methods;
  }

  static ofStrings(entries: Iterable<readonly [string, string]>): Dict {
    return new Dict('map[string]string', new Map(entries), '');
  }

  get sortedKeys(): readonly string[] {
    return [...this.entries.keys()].sort();
  }
}

export interface StructOptions {
  readonly methods?: Methods;
  /** How it prints when not as its fields. */
  readonly text?: string;
  /** For what Go compares or measures: nanoseconds of a time or a duration. */
  readonly nanoseconds?: bigint;
}

export class Struct {
  readonly type: string;
  readonly fields: ReadonlyMap<string, Value>;
  readonly methods: Methods;
  readonly text: string | undefined;
  readonly nanoseconds: bigint | undefined;

  constructor(type: string, fields: ReadonlyMap<string, Value>, options: StructOptions = {}) {
    this.type = type;
    this.fields = fields;
    this.methods = options.methods ?? NO_METHODS;
    this.text = options.text;
    this.nanoseconds = options.nanoseconds;
  }
}

export class FunctionValue {
  readonly name: string;
  readonly spec: AnyFunctionSpec;

  constructor(name: string, spec: AnyFunctionSpec) {
    this.name = name;
    this.spec = spec;
  }
}

/** The name that Go's `%T` and its errors give. */
export function typeName(value: Value): string {
  if (value === undefined || value === null) return '<nil>';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float64';
    default:
      if (value instanceof SafeText)
        return value.kind === 'html' ? 'template.HTML' : 'template.URL';
      return value instanceof FunctionValue ? 'func' : value.type;
  }
}

/** What `if`, `with`, `and`, `or` and `not` ask. */
export function isTrue(value: Value): boolean {
  if (value === undefined || value === null) return false;
  if (value instanceof SafeText) return value.text !== '';
  if (value instanceof List) return value.items.length > 0;
  if (value instanceof Dict) return value.entries.size > 0;
  if (value instanceof Struct) return value.type !== 'time.Duration' || value.nanoseconds !== 0n;
  if (value instanceof FunctionValue) return true;
  // NaN is not zero for Go.
  return typeof value === 'number' ? value !== 0 : Boolean(value);
}

/** The text of a string-like value. */
export function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof SafeText ? value.text : undefined;
}
