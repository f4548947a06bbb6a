/** One value against its schema: type, form, bounds; quantities become numbers. */
import { parseListen } from './address.ts';
import { nearest } from './nearest.ts';
import type { Finding } from './problem.ts';
import { finding } from './problem.ts';
import type { SchemaNode, Unit } from './schema.ts';
import { parseDuration, parseSize } from './units.ts';

type Keys = readonly string[];
type Report = (problem: Finding) => void;

const UNITS: Readonly<Record<Unit, { parse: (text: string) => unknown; form: string }>> = {
  duration: { parse: parseDuration, form: 'a duration such as 10s, 5m, 1h or 2d' },
  size: { parse: parseSize, form: 'a size such as 512KiB, 64MiB or 2GiB' },
  listen: { parse: parseListen, form: 'an address and port such as 127.0.0.1:8080 or [::1]:8080' },
};

const TYPES: Readonly<Record<string, { is: (value: unknown) => boolean; form: string }>> = {
  string: { is: (value) => typeof value === 'string', form: 'text' },
  boolean: { is: (value) => typeof value === 'boolean', form: 'true or false' },
  number: { is: (value) => Number.isFinite(value), form: 'a number' },
  integer: { is: (value) => Number.isSafeInteger(value), form: 'a whole number' },
};

/** The checked value, or `undefined` after at least one report. */
export function checkScalar(value: unknown, node: SchemaNode, keys: Keys, report: Report): unknown {
  const unit = node['x-unit'];
  const type = TYPES[node.type ?? ''];
  if (type !== undefined && !type.is(value)) {
    const form = unit === undefined ? type.form : UNITS[unit].form;
    const hint = node.type === 'string' && isScalar(value) ? quoted(value, unit) : undefined;
    report(finding('wrong-type', keys, `must be ${form}, not ${shown(value)}`, hint));
    return undefined;
  }
  if (node.enum !== undefined && !node.enum.includes(value)) {
    const values = node.enum.map(String);
    const near = nearest(String(value), values);
    const hint = near === undefined ? undefined : `did you mean ${near}?`;
    report(
      finding('not-allowed', keys, `must be ${values.join(' or ')}, not ${shown(value)}`, hint),
    );
    return undefined;
  }
  if (typeof value === 'number') return inBounds(value, node, keys, report) ? value : undefined;
  if (typeof value !== 'string') return value;
  return unit === undefined
    ? checkText(value, node, keys, report)
    : checkQuantity(value, node, unit, keys, report);
}

function checkText(
  value: string,
  node: SchemaNode,
  keys: Keys,
  report: Report,
): string | undefined {
  if (value.length < (node.minLength ?? 0)) {
    report(finding('malformed', keys, 'must not be empty'));
    return undefined;
  }
  if (value.length > (node.maxLength ?? Number.POSITIVE_INFINITY)) {
    report(finding('malformed', keys, `must have at most ${node.maxLength} characters`));
    return undefined;
  }
  if (node.pattern !== undefined && !new RegExp(node.pattern, 'u').test(value)) {
    const example = node.examples?.[0] ?? node.default;
    const hint = example === undefined ? undefined : `for example ${bare(example)}`;
    report(finding('malformed', keys, `${shown(value)} does not match ${node.pattern}`, hint));
    return undefined;
  }
  if (node.format === 'regex' && !isRegex(value)) {
    report(finding('malformed', keys, `${shown(value)} is not a regular expression`));
    return undefined;
  }
  return value;
}

function checkQuantity(value: string, node: SchemaNode, unit: Unit, keys: Keys, report: Report) {
  const { parse, form } = UNITS[unit];
  const parsed = parse(value);
  if (parsed === undefined) {
    report(finding('malformed', keys, `must be ${form}, not ${shown(value)}`));
    return undefined;
  }
  const bound = (text: string | undefined) =>
    text === undefined ? undefined : Number(parse(text));
  const low = bound(node['x-minimum']);
  const high = bound(node['x-maximum']);
  if (typeof parsed === 'number' && low !== undefined && parsed < low) {
    report(finding('out-of-range', keys, `must be at least ${node['x-minimum']}, not ${value}`));
    return undefined;
  }
  if (typeof parsed === 'number' && high !== undefined && parsed > high) {
    report(finding('out-of-range', keys, `must be at most ${node['x-maximum']}, not ${value}`));
    return undefined;
  }
  return parsed;
}

function inBounds(value: number, node: SchemaNode, keys: Keys, report: Report): boolean {
  if (node.minimum !== undefined && value < node.minimum) {
    report(finding('out-of-range', keys, `must be at least ${node.minimum}, not ${value}`));
    return false;
  }
  if (node.maximum !== undefined && value > node.maximum) {
    report(finding('out-of-range', keys, `must be at most ${node.maximum}, not ${value}`));
    return false;
  }
  return true;
}

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function quoted(value: unknown, unit: Unit | undefined): string {
  if (unit === 'duration') return `write the unit, e.g. ${String(value)}s`;
  if (unit === 'size') return `write the unit, e.g. ${String(value)}MiB`;
  return `put it in quotes: "${String(value)}"`;
}

/** A value for a message: short, only its kind when it is a collection, no password of a URL. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a group of keys';
  const plain = String(value).replace(/\/\/[^/@]*@/, '//…@');
  const text = typeof value === 'string' ? JSON.stringify(plain) : plain;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function bare(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
