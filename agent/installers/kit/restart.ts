/** Restarts the unit that runs a package. */
import { asUpdateError } from '../../core/updates/codes.ts';
import type { InstallContext } from '../installer.ts';

export async function restartUnit(
  unit: string,
  { units, signal, print }: Pick<InstallContext, 'units' | 'signal' | 'print'>,
): Promise<void> {
  if (unit === '') return;
  try {
    await units.restart(unit, signal);
    print(`restarted ${unit}`);
  } catch (error) {
    throw asUpdateError(error, 'switch-failed');
  }
}
