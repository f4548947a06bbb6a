/** All faults, and which of them a pipeline can have. */
import type { Pipeline } from '../pipeline.ts';
import { CLOCK_FAULTS } from './clock.ts';
import { COPY_FAULTS } from './copies.ts';
import { DISK_FAULTS } from './disk.ts';
import type { Fault } from './fault.ts';
import { IDENTITY_FAULTS } from './identity.ts';
import { LINK_FAULTS } from './link.ts';
import { POWER_FAULTS } from './power.ts';
import { PROGRAM_FAULTS } from './programs.ts';
import { RESTORED_FAULTS } from './restored.ts';

export const FAULTS: readonly Fault[] = [
  ...PROGRAM_FAULTS,
  ...POWER_FAULTS,
  ...LINK_FAULTS,
  ...COPY_FAULTS,
  ...RESTORED_FAULTS,
  ...IDENTITY_FAULTS,
  ...CLOCK_FAULTS,
  ...DISK_FAULTS,
];

/** Of these, what can be had here; the others need what is not there. */
export function usableFaults(
  pipeline: Pick<Pipeline, 'has'>,
  faults: readonly Fault[] = FAULTS,
): readonly Fault[] {
  return faults.filter(({ needs }) => needs === undefined || pipeline.has(needs));
}
