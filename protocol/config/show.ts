/**
 * Settings as YAML for a person: `config show`. Durations and sizes are written as they are read,
 * secrets are left out. Written here in a few lines, since a schema holds nothing but groups,
 * lists and single values.
 */
import type { Listen } from './address.ts';
import { formatListen } from './address.ts';
import type { SchemaNode } from './schema.ts';
import { formatDuration, formatSize } from './units.ts';

/** Settings as a plain tree that could stand in a file: for JSON, and for `show`. */
export function plain(schema: SchemaNode, value: unknown): unknown {
  if (value === undefined || schema['x-env-only'] === true) return undefined;
  if (schema.type === 'array') {
    return (value as unknown[]).map((item) => plain(schema.items ?? {}, item));
  }
  if (schema.type === 'object') {
    const extra = schema.additionalProperties;
    const entries = Object.entries(value as Record<string, unknown>)
      .map(([key, child]) => {
        const node = schema.properties?.[key] ?? (typeof extra === 'object' ? extra : {});
        return [key, plain(node, child)] as const;
      })
      .filter(([, child]) => child !== undefined);
    return Object.fromEntries(entries);
  }
  if (schema['x-unit'] === 'duration') return formatDuration(value as number);
  if (schema['x-unit'] === 'size') return formatSize(value as number);
  return schema['x-unit'] === 'listen' ? formatListen(value as Listen) : value;
}

export function show(schema: SchemaNode, value: unknown): string {
  return `${lines(plain(schema, value), '').join('\n')}\n`;
}

function lines(value: unknown, indent: string): string[] {
  return Object.entries(value as Record<string, unknown>).flatMap(([key, child]) => {
    const name = `${indent}${scalar(key)}:`;
    if (typeof child !== 'object' || child === null) return [`${name} ${scalar(child)}`];
    if (Array.isArray(child)) return [`${name} [${child.map(scalar).join(', ')}]`];
    const inner = lines(child, `${indent}  `);
    return inner.length === 0 ? [`${name} {}`] : [name, ...inner];
  });
}

/** Plain where that cannot be misread, else quoted: a JSON string is a YAML string too. */
function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const isWord = /^[A-Za-z/][\w./@+:-]*$/.test(value) && !value.endsWith(':');
  const isQuantity = /^\d+[A-Za-z]+$/.test(value) && !/^\d+e\d*$/i.test(value);
  const isKeyword = /^(true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return (isWord || isQuantity) && !isKeyword ? value : JSON.stringify(value);
}
