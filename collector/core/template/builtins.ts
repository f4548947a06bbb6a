/** The functions that every template has: comparison, indexing, printing, escaping. */
import { CallError } from './errors.ts';
import { escapeHtml, escapeJs, escapeQuery } from './escape.ts';
import { printed, sprint, sprintf } from './printf.ts';
import {
  Dict,
  type FunctionSpec,
  FunctionValue,
  isTrue,
  List,
  SafeText,
  Struct,
  textOf,
  typeName,
  type Value,
} from './values.ts';

type Kind = 'bool' | 'string' | 'int' | 'float' | 'time' | 'nil';

function kindOf(value: Value): Kind {
  if (value === undefined || value === null) return 'nil';
  if (typeof value === 'string' || value instanceof SafeText) return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  if (value instanceof Struct && value.nanoseconds !== undefined) return 'time';
  throw new CallError(`non-comparable type ${printed(value)}: ${typeName(value)}`);
}

/** Equal of the same kind; a nil equals only nil. */
function equal(a: Value, b: Value): boolean {
  const [left, right] = [kindOf(a), kindOf(b)];
  if (left === 'nil' || right === 'nil') return left === right;
  const [x, y] = comparable(a, b, left, right);
  return x === y;
}

type Ordered = string | boolean | bigint | number | undefined;

function comparable(a: Value, b: Value, left: Kind, right: Kind): readonly [Ordered, Ordered] {
  const [x, y] = [plain(a), plain(b)];
  // A duration is an int to Go.
  const fits = left === right || [left, right].every((kind) => kind === 'int' || kind === 'time');
  if (!fits) throw new CallError('incompatible types for comparison');
  return [x, y];
}

function plain(value: Value): Ordered {
  if (value instanceof Struct) return value.nanoseconds;
  if (value instanceof SafeText) return value.text;
  return typeof value === 'object' ? undefined : value;
}

function less(a: Value, b: Value): boolean {
  const [left, right] = [kindOf(a), kindOf(b)];
  if (left === 'bool' || left === 'nil') throw new CallError('invalid type for comparison');
  const [x, y] = comparable(a, b, left, right);
  return x !== undefined && y !== undefined && x < y;
}

function indexed(item: Value, key: Value): Value {
  if (item instanceof Dict) {
    const name = textOf(key);
    if (name === undefined) {
      throw new CallError(`value has type ${typeName(key)}; should be string`);
    }
    return item.entries.has(name) ? item.entries.get(name) : item.zero;
  }
  if (item instanceof List) return item.items[position(key, item.items.length)];
  const text = textOf(item);
  if (text !== undefined) {
    const bytes = Buffer.from(text);
    return BigInt(bytes[position(key, bytes.length)] ?? 0);
  }
  throw new CallError(
    item === undefined || item === null
      ? 'index of untyped nil'
      : `can't index item of type ${typeName(item)}`,
  );
}

function position(key: Value, length: number, last = length - 1): number {
  if (key === undefined || key === null) throw new CallError('cannot index slice/array with nil');
  if (typeof key !== 'bigint') {
    throw new CallError(`cannot index slice/array with type ${typeName(key)}`);
  }
  if (key < 0n || key > BigInt(last)) throw new CallError(`index out of range: ${key.toString()}`);
  return Number(key);
}

function sliced(item: Value, keys: readonly Value[]): Value {
  if (keys.length > 3) throw new CallError(`too many slice indexes: ${keys.length}`);
  const text = textOf(item);
  const bytes = text === undefined ? undefined : Buffer.from(text);
  const length = item instanceof List ? item.items.length : (bytes?.length ?? -1);
  if (length === -1) throw new CallError(`can't slice item of type ${typeName(item)}`);
  const from = keys[0] === undefined ? 0 : position(keys[0], length, length);
  const to = keys[1] === undefined ? length : position(keys[1], length, length);
  if (from > to) throw new CallError(`invalid slice index: ${from} > ${to}`);
  if (item instanceof List) return new List(item.type, item.items.slice(from, to), item.methods);
  return (bytes ?? Buffer.alloc(0)).subarray(from, to).toString();
}

function lengthOf(item: Value): bigint {
  if (item instanceof List) return BigInt(item.items.length);
  if (item instanceof Dict) return BigInt(item.entries.size);
  const text = textOf(item);
  if (text !== undefined) return BigInt(Buffer.byteLength(text));
  throw new CallError(
    item === undefined || item === null ? 'len of nil pointer' : `len of type ${typeName(item)}`,
  );
}

const two = (call: (a: Value, b: Value) => Value): FunctionSpec => ({
  params: ['any', 'any'],
  call: ([a, b]) => call(a, b),
});

const any = (call: FunctionSpec['call']): FunctionSpec => ({
  params: ['any'],
  variadic: true,
  call,
});

const oneAndMore = (call: (first: Value, more: readonly Value[]) => Value): FunctionSpec => ({
  params: ['any', 'any'],
  variadic: true,
  call: ([first, ...more]) => call(first, more),
});

/** `and`, `or` and `call` are here by name; the engine evaluates the former step by step. */
export const BUILTINS: ReadonlyMap<string, FunctionSpec> = new Map([
  [
    'and',
    oneAndMore(
      (first, more) => [first, ...more].find((arg) => !isTrue(arg)) ?? more.at(-1) ?? first,
    ),
  ],
  ['or', oneAndMore((first, more) => [first, ...more].find(isTrue) ?? more.at(-1) ?? first)],
  ['not', { params: ['any'], call: ([arg]) => !isTrue(arg) }],
  [
    'eq',
    oneAndMore((first, more) => {
      if (more.length === 0) throw new CallError('missing argument for comparison');
      return more.some((other) => equal(first, other));
    }),
  ],
  ['ne', two((a, b) => !equal(a, b))],
  ['lt', two(less)],
  ['le', two((a, b) => less(a, b) || equal(a, b))],
  // "Not less", so true for NaN: as Go does it.
  ['gt', two((a, b) => !less(a, b) && !equal(a, b))],
  ['ge', two((a, b) => !less(a, b))],
  ['len', { params: ['any'], call: ([item]) => lengthOf(item) }],
  ['index', oneAndMore((item, keys) => keys.reduce<Value>(indexed, item))],
  ['slice', oneAndMore(sliced)],
  ['print', any(sprint)],
  ['println', any((args) => `${args.map(printed).join(' ')}\n`)],
  [
    'printf',
    {
      params: ['string', 'any'],
      variadic: true,
      call: ([format, ...args]) => sprintf(textOf(format) ?? '', args),
    },
  ],
  ['html', any((args) => escapeHtml(sprint(args)))],
  ['js', any((args) => escapeJs(sprint(args)))],
  ['urlquery', any((args) => escapeQuery(sprint(args)))],
  [
    'call',
    oneAndMore((callee, args) => {
      if (!(callee instanceof FunctionValue) || !('call' in callee.spec)) {
        throw new CallError(`non-function ${printed(callee)} of type ${typeName(callee)}`);
      }
      return callee.spec.call(args);
    }),
  ],
]);
