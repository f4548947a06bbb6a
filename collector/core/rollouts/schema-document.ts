/** The JSON Schema of rollout files as a document of its own, for editors: docs/schemas/rollout.schema.json. */
import { rolloutSchema } from './schema.ts';

export function schemaDocument(): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:muster:schema:rollout',
    title: 'Muster rollout',
    ...rolloutSchema,
  };
}
