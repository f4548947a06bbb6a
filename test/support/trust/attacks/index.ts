/** All attacks that a device is tried with. */
import { contentAttacks } from './content.ts';
import { delegationAttacks } from './delegations.ts';
import { keyAttacks } from './keys.ts';
import { mixingAttacks } from './mixing.ts';
import { transportAttacks } from './transport.ts';
import type { Variant } from './variant.ts';
import { versionAttacks } from './versions.ts';

export const attacks: readonly Variant[] = [
  ...keyAttacks,
  ...versionAttacks,
  ...transportAttacks,
  ...mixingAttacks,
  ...contentAttacks,
  ...delegationAttacks,
];

export interface Tried {
  readonly variant: Variant;
  /** The attack that the device named; `undefined`: it took it in. */
  readonly named: string | undefined;
  readonly detail: string;
}

export function tryOut(variant: Variant): Tried {
  try {
    const found = variant.run();
    return { variant, named: found?.attack, detail: found?.detail ?? 'it was taken in' };
  } catch (error) {
    return { variant, named: undefined, detail: String(error) };
  }
}
