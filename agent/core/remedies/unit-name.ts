/**
 * Names of systemd units that may be asked for: as systemd itself forms them, with a suffix, and
 * not beginning with what a program could take for an option. No patterns: one name is one unit.
 */
const SUFFIXES = 'service|socket|timer|path|mount|automount|swap|target|slice|scope|device';

export const UNIT_PATTERN = `^[A-Za-z0-9:_.\\\\@][A-Za-z0-9:_.\\\\@-]{0,240}\\.(${SUFFIXES})$`;

const FORM = new RegExp(UNIT_PATTERN, 'u');

export function isUnitName(name: string): boolean {
  return FORM.test(name);
}
