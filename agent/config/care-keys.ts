/**
 * Which keys belong to what looks after the device: checks, remedies, tasks, commands. Their schema
 * is a chunk of its own, loaded when a file speaks of them.
 */
import type { Environment } from '../../protocol/config/environment.ts';

const CARE_KEYS = [
  'adapt',
  'checks',
  'collector',
  'commands',
  'flags',
  'helper',
  'metered',
  'remedies',
  'tasks',
  'updates',
  'windows',
] as const;

/** Of the rest of the schema; what is in neither list is a mistake that deserves all the names. */
export function mentionsCare(tree: unknown, env: Environment, others: readonly string[]): boolean {
  const known = new Set(others);
  const inFile = Object.keys(Object(tree) as object).some((key) => !known.has(key));
  return inFile || Object.entries(env).some(([name, value]) => value !== '' && MENTIONS.test(name));
}

const MENTIONS = new RegExp(`^MUSTER_(${CARE_KEYS.join('|').toUpperCase()})(_|$)`);
