/**
 * Reading a sampler's options with their defaults, and describing them for the configuration. The
 * values were checked against the schema when the configuration was loaded; what is of another type
 * all the same counts as not set.
 */
import type { Options } from './sampler.ts';

/** Something made from options once, and kept as long as that options object lives. */
export function compiled<T>(make: (options: Options) => T): (options: Options) => T {
  const made = new WeakMap<Options, T>();
  return (options) => {
    const known = made.get(options);
    if (known !== undefined) return known;
    const fresh = make(options);
    made.set(options, fresh);
    return fresh;
  };
}

/** A text option, or what stands in for it. */
export function textOption(options: Options, name: string, otherwise: string): string {
  const value = options[name];
  return typeof value === 'string' ? value : otherwise;
}

/** A switch, off unless it is set. */
export function flagOption(options: Options, name: string): boolean {
  return options[name] === true;
}

/** The schema of an options object that refuses what it does not know. */
export function optionsSchema(properties: Readonly<Record<string, object>>): object {
  return { type: 'object', additionalProperties: false, properties };
}

/** The schema of a switch that is off by default. */
export function flagSchema(description: string): object {
  return { type: 'boolean', default: false, description };
}

/** The schema of a regular expression (JavaScript's; node_exporter's own ones are valid as such). */
export function patternSchema(description: string, otherwise: string): object {
  return { type: 'string', format: 'regex', default: otherwise, description };
}
