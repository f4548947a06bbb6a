/**
 * The configuration's JSON Schema (draft 7), declared so that the compiler knows the type of what
 * passes it. The schema is the only source: defaults, checks, documents and types come from it.
 *
 * Ours beyond the standard, all ignored by other tools:
 * `x-unit`    the text stands for a quantity and is handed on as a number (or an address)
 * `x-minimum`, `x-maximum`  bounds of such a quantity, written like it
 * `x-restart` a change takes effect at the next start only
 * `x-env-only` a secret: accepted from the environment, refused in the file, never shown
 * `x-optional` left out unless it is written
 * `x-remote` the collector may set it (`desired`); everything else is the device's own alone
 */
import type { Listen } from './address.ts';
import { LISTEN_PATTERN } from './address.ts';
import { DURATION_PATTERN, SIZE_PATTERN } from './units.ts';

declare const carried: unique symbol;

export type Unit = 'duration' | 'size' | 'listen';

export interface SchemaNode {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly propertyNames?: SchemaNode;
  readonly additionalProperties?: boolean | SchemaNode;
  readonly 'x-unit'?: Unit;
  readonly 'x-minimum'?: string;
  readonly 'x-maximum'?: string;
  readonly 'x-restart'?: true;
  readonly 'x-env-only'?: true;
  /** Stays away unless it is written; other objects appear with their defaults. */
  readonly 'x-optional'?: true;
  /** May be laid over by `desired`: it switches, schedules or tunes, and can run or open nothing. */
  readonly 'x-remote'?: true;
}

export interface Schema<T> extends SchemaNode {
  readonly [carried]?: () => T;
}

/** The type of the values that a schema lets pass. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

type Shape = Readonly<Record<string, Schema<unknown>>>;
type OptionalKey<S extends Shape> = {
  [K in keyof S]: undefined extends Infer<S[K]> ? K : never;
}[keyof S];
type ObjectOf<S extends Shape> = {
  readonly [K in Exclude<keyof S, OptionalKey<S>>]: Infer<S[K]>;
} & { readonly [K in OptionalKey<S>]?: Exclude<Infer<S[K]>, undefined> };

/** What every builder takes beside its own arguments. */
interface Common {
  readonly restart?: boolean;
  /** The collector may set it; for an object or dictionary: all that is in it. */
  readonly remote?: boolean;
  readonly examples?: readonly unknown[];
}

interface Text extends Common {
  readonly default?: string;
  readonly pattern?: string;
  readonly minLength?: number;
}

interface Quantity extends Common {
  readonly default?: string;
  readonly min?: string;
  readonly max?: string;
}

interface Count extends Common {
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}

export function text(description: string, rules: Text = {}): Schema<string> {
  const { minLength = 1, ...rest } = rules;
  return { type: 'string', description, minLength, ...common(rest) };
}

export function choice<const V extends string>(
  description: string,
  values: readonly V[],
  rules: Common & { readonly default?: V } = {},
): Schema<V> {
  return { type: 'string', description, enum: values, ...common(rules) };
}

export function flag(
  description: string,
  rules: Common & { readonly default?: boolean } = {},
): Schema<boolean> {
  return { type: 'boolean', description, ...common(rules) };
}

export function count(description: string, { min, max, ...rules }: Count): Schema<number> {
  const bounds = {
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
  };
  return { type: 'integer', description, ...bounds, ...common(rules) };
}

/** `10s`, handed on as milliseconds. */
export function duration(description: string, rules: Quantity): Schema<number> {
  return quantity(description, 'duration', DURATION_PATTERN, rules);
}

/** `64MiB`, handed on as bytes. */
export function size(description: string, rules: Quantity): Schema<number> {
  return quantity(description, 'size', SIZE_PATTERN, rules);
}

/** `127.0.0.1:8080`, handed on as host and port. */
export function listen(description: string, rules: Quantity): Schema<Listen> {
  return quantity(description, 'listen', LISTEN_PATTERN, rules);
}

/** A secret that only the environment may carry. */
export function secret(description: string): Schema<string | undefined> {
  return { type: 'string', description, minLength: 1, 'x-env-only': true, 'x-optional': true };
}

export function list<T>(description: string, items: Schema<T>): Schema<readonly T[]> {
  return { type: 'array', description, items, default: [] };
}

/** Keys that the user chooses. */
export function dictionary<T>(
  description: string,
  keyPattern: string,
  values: Schema<T>,
): Schema<Readonly<Record<string, T>>> {
  const propertyNames = { pattern: keyPattern };
  return { type: 'object', description, propertyNames, additionalProperties: values };
}

export function object<const S extends Shape>(
  description: string,
  properties: S,
  rules: Common = {},
): Schema<ObjectOf<S>> {
  const required = Object.keys(properties).filter((key) => isRequired(properties[key] ?? {}));
  return {
    type: 'object',
    description,
    additionalProperties: false,
    properties,
    ...(required.length === 0 ? {} : { required }),
    ...common(rules),
  };
}

/** Left out when it is not written, instead of required (or, for an object, filled with defaults). */
export function optional<T>(schema: Schema<T>): Schema<T | undefined> {
  return { ...(schema as SchemaNode), 'x-optional': true };
}

/** A single value without a default must be written, unless it is optional. */
function isRequired(schema: SchemaNode): boolean {
  return schema.type !== 'object' && schema.default === undefined && schema['x-optional'] !== true;
}

function quantity<T>(
  description: string,
  unit: Unit,
  pattern: string,
  { min, max, ...rules }: Quantity,
): Schema<T> {
  const bounds = {
    ...(min === undefined ? {} : { 'x-minimum': min }),
    ...(max === undefined ? {} : { 'x-maximum': max }),
  };
  return { type: 'string', description, pattern, 'x-unit': unit, ...bounds, ...common(rules) };
}

function common({ restart, remote, ...rest }: Common & SchemaNode): SchemaNode {
  return {
    ...rest,
    ...(restart === true ? { 'x-restart': true as const } : {}),
    ...(remote === true ? { 'x-remote': true as const } : {}),
  };
}
