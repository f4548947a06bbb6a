/**
 * Regular expressions of the device's own configuration, searched in what a server says. They are
 * JavaScript's: what they are given is bounded, so that a careless one cannot take long.
 */
import { optional, type Schema, type SchemaNode, text } from '../../../protocol/config/schema.ts';

export function patternSchema(description: string): Schema<string | undefined> {
  const pattern: SchemaNode = { ...text(description), format: 'regex' };
  return optional(pattern as Schema<string>);
}

/** What is expected in a text and not there, in words; `undefined` when all is. */
export function missingIn(
  said: string,
  expected: { readonly text?: string; readonly pattern?: string },
): string | undefined {
  const { text: part, pattern } = expected;
  if (part !== undefined && !said.includes(part)) return `does not contain ${JSON.stringify(part)}`;
  if (pattern !== undefined && !new RegExp(pattern, 'm').test(said)) {
    return `does not match ${pattern}`;
  }
  return undefined;
}
