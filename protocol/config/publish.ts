/** The schema as a document of its own, for editors and other tools. */
import type { SchemaNode } from './schema.ts';

export function publish(schema: SchemaNode, program: 'agent' | 'collector'): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `urn:muster:schema:${program}-config`,
    title: `muster-${program} configuration`,
    ...forFiles(schema),
  };
}

/**
 * Secrets are refused in the file, so an editor should not
 * offer them.
 */
function forFiles(node: SchemaNode): object {
  const { properties, ...rest } = node;
  if (properties === undefined) return rest;
  const kept = Object.entries(properties).filter(([, child]) => child['x-env-only'] !== true);
  return {
    ...rest,
    properties: Object.fromEntries(kept.map(([key, child]) => [key, forFiles(child)])),
  };
}
